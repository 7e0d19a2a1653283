"""TIFF directories: the structure of TIFF files and of EXIF blobs. Written for bytes that nobody can trust."""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

Order = Literal["<", ">"]
ReadAt = Callable[[int, int], bytes]

# Bytes of one value, and of the unit that byte order turns (a rational is two longs).
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_UNITS = {**_SIZES, 5: 4, 10: 4}
_MOST_ENTRIES = 4096  # of one directory; real ones have under a hundred


@dataclass(frozen=True)
class Entry:
    """A value of a directory.

    Attributes:
        type: 2 text, 3 short, 4 long, 5 rational, 7 opaque bytes, …
        count: of values.
        data: in the byte order of its directory.
        at: where the data lie in the file.
    """

    type: int
    count: int
    data: bytes
    at: int = -1

    def number(self, order: Order, *, default: int = 0) -> int:
        """The first value of a whole-number entry."""
        numbers = self.numbers(order)
        return numbers[0] if numbers else default

    def numbers(self, order: Order) -> list[int]:
        """All values of a whole-number entry; none for other types."""
        code = {1: "u1", 3: "u2", 4: "u4", 13: "u4", 16: "u8", 18: "u8"}.get(self.type)
        return [] if code is None else np.frombuffer(self.data, order + code).tolist()

    def turned(self, before: Order, after: Order) -> "Entry":
        """The same in another byte order."""
        unit = _UNITS[self.type]
        if before == after or unit == 1:
            return self
        return Entry(self.type, self.count, np.frombuffer(self.data, f"u{unit}").byteswap().tobytes())


@dataclass(frozen=True)
class Directory:
    """One directory, and where the next one lies.

    Attributes:
        order: byte order of its values.
        big: of a BigTIFF (8-byte offsets).
        next: offset of the next directory, 0 if there is none.
        next_at: where that offset stands.
        skipped: tags whose data lie outside the file or are too long.
    """

    order: Order
    big: bool
    entries: Mapping[int, Entry]
    next: int
    next_at: int
    skipped: list[int] = field(default_factory=list[int])

    def number(self, tag: int, *, default: int = 0) -> int:
        """The first value of a whole-number tag."""
        entry = self.entries.get(tag)
        return default if entry is None else entry.number(self.order, default=default)


def first(read: ReadAt) -> tuple[Order, bool, int, int] | None:
    """Byte order, BigTIFF or not, the offset of the first directory and where it stands; None if this is no TIFF."""
    head = read(0, 16)
    order: Order = "<" if head[:2] == b"II" else ">"
    if head[:2] not in (b"II", b"MM") or len(head) < 8:
        return None
    magic = struct.unpack(order + "H", head[2:4])[0]
    if magic == 42:
        return order, False, struct.unpack(order + "I", head[4:8])[0], 4
    if magic == 43 and len(head) == 16:
        return order, True, struct.unpack(order + "Q", head[8:16])[0], 8
    return None


def directory(
    read: ReadAt, order: Order, offset: int, *, big: bool = False, limit: int = 64_000_000
) -> Directory | None:
    """The directory at `offset`, without values longer than `limit` bytes together; None where there is none."""
    count_size, entry_size, slot = (8, 20, 8) if big else (2, 12, 4)
    count = _unpack(order, read(offset, count_size), count_size)
    if offset < 8 or count is None or not 0 < count <= _MOST_ENTRIES:
        return None
    table = read(offset + count_size, count * entry_size)
    next_at = offset + count_size + count * entry_size
    entries: dict[int, Entry] = {}
    skipped: list[int] = []
    for index in range(len(table) // entry_size):
        row = table[index * entry_size : (index + 1) * entry_size]
        tag, kind = struct.unpack(order + "HH", row[:4])
        number = _unpack(order, row[4:-slot], slot) or 0
        place = next_at - (count - index) * entry_size + entry_size - slot
        size = _SIZES.get(kind, 0) * number
        if size > slot:
            place = _unpack(order, row[-slot:], slot) or 0
        data = row[-slot:][:size] if size <= slot else (read(place, size) if size <= limit else b"")
        if size == 0 or len(data) != size:
            skipped.append(tag)
            continue
        limit -= size
        entries.setdefault(tag, Entry(kind, number, data, place))
    return Directory(order, big, entries, _unpack(order, read(next_at, slot), slot) or 0, next_at, skipped)


def build(entries: Mapping[int, Entry], *, order: Order, base: int, big: bool = False, follow: int = 0) -> bytes:
    """A directory to stand at offset `base` of a file, with its longer values behind it."""
    count_size, entry_size, slot = (8, 20, 8) if big else (2, 12, 4)
    code = {2: "H", 4: "I", 8: "Q"}
    table = struct.pack(order + code[count_size], len(entries))
    behind = base + count_size + len(entries) * entry_size + slot
    tail = b""
    for tag, entry in sorted(entries.items()):
        table += struct.pack(order + "HH" + code[slot], tag, entry.type, entry.count)
        if len(entry.data) <= slot:
            table += entry.data.ljust(slot, b"\0")
        else:
            table += struct.pack(order + code[slot], behind + len(tail))
            tail += entry.data + b"\0" * (len(entry.data) % 2)
    return table + struct.pack(order + code[slot], follow) + tail


def whole(type_: int, *values: int, order: Order) -> Entry:
    """An entry of whole numbers of type 1, 3, 4 or 16.

    >>> whole(3, 65, order="<").numbers("<")
    [65]
    """
    code = {1: "B", 3: "H", 4: "I", 16: "Q"}[type_]
    return Entry(type_, len(values), struct.pack(order + code * len(values), *values))


def rational(value: float, *, order: Order) -> Entry:
    """An entry of one positive fraction."""
    from fractions import Fraction

    fraction = Fraction(value).limit_denominator(1_000_000)
    if fraction.numerator >= 2**32:
        fraction = Fraction(2**32 - 1)
    return Entry(5, 1, struct.pack(order + "II", fraction.numerator, fraction.denominator))


def _unpack(order: Order, data: bytes, size: int) -> int | None:
    return struct.unpack(order + {2: "H", 4: "I", 8: "Q"}[size], data)[0] if len(data) == size else None
