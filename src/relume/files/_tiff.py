"""TIFF tags beside the pixels: read from the first directory, and put into the one that libvips has written."""

import struct
from io import BufferedIOBase
from typing import Any

from relume.errors import UnreadableFileError
from relume.files._exif import STRUCTURE, from_tiff, place_sub, split
from relume.files._ifd import Directory, Entry, Order, build, directory, first, rational, whole
from relume.files._limits import Limits
from relume.files._source import Source

XMP, IPTC, PHOTOSHOP, ICC = 700, 33723, 34377, 34675
_BITS, _COMPRESSION, _PHOTOMETRIC, _SAMPLES, _EXTRA, _FORMAT = 258, 259, 262, 277, 338, 339
_X, _Y, _UNIT, _ORIENTATION, _LAYERS, _SUBPICTURES, _DNG = 282, 283, 296, 274, 37724, 330, 50706

_COMPRESSIONS = {
    1: "none",
    5: "lzw",
    8: "deflate",
    32946: "deflate",
    32773: "packbits",
    50000: "zstd",
    7: "jpeg",
    6: "jpeg",
}
_ODD = {
    2: "whole numbers with a sign",
    4: "samples of an undefined kind",
    5: "complex whole numbers",
    6: "complex numbers",
}


def is_raw(source: Source) -> bool:
    """Whether a TIFF structure is a DNG, whatever its name ends in."""
    root = _root(source, limit=1_000_000)
    return root is not None and _DNG in root.entries


def inspect(source: Source, *, limits: Limits) -> dict[str, Any]:
    """What the first directory says, as fields of Kept; `associated` and `extra` (unnamed bands) besides.

    Raises UnreadableFileError for samples that floats of 32 bits cannot hold without loss.
    """
    root = _root(source, limit=limits.metadata_bytes)
    if root is None:
        raise UnreadableFileError("The TIFF is broken: it has no readable directory. Get the file again.")
    _check_samples(root)
    photometric = root.number(_PHOTOMETRIC, default=1)
    bits = root.number(_BITS, default=1)
    found: dict[str, Any] = {
        "compression": _COMPRESSIONS.get(root.number(_COMPRESSION, default=1)),
        "palette": photometric == 3,
        "bits": bits if bits not in (8, 16, 32) else None,
        "exif": from_tiff(source.read_at, root, limit=limits.metadata_bytes),
        "xmp": _bytes(root, XMP),
        "icc": _bytes(root, ICC),
        "iptc": _resources(root),
        "dpi": _dpi(root),
        "orientation": root.number(_ORIENTATION, default=1),
        "notes": _notes(root, photometric),
    }
    extra = root.entries.get(_EXTRA)
    kinds = extra.numbers(root.order) if extra is not None else []
    found["attributes"] = {"associated": True} if kinds == [1] else {}
    found["extra"] = kinds
    return found


def graft(file: BufferedIOBase, tags: dict[str, Any]) -> None:
    """Put metadata (fields of Kept) into the first directory of an encoded TIFF."""

    def read(offset: int, count: int) -> bytes:
        file.seek(offset)
        return file.read(count)

    start = first(read)
    assert start is not None, "libvips writes TIFF"
    order, big, offset, pointer_at = start
    root = directory(read, order, offset, big=big, limit=2**40)
    assert root is not None
    entries = {tag: entry for tag, entry in root.entries.items() if tag not in (_X, _Y, _UNIT)}
    _add_plain(entries, tags, order)
    place = file.seek(0, 2)
    place += file.write(b"\0" * (place % 2))
    if tags.get("exif"):
        place += _add_exif(file, place, entries, tags["exif"], order=order, big=big)
    file.write(build(entries, order=order, base=place, big=big))
    file.seek(pointer_at)
    file.write(struct.pack(order + ("Q" if big else "I"), place))


def _add_plain(entries: dict[int, Entry], tags: dict[str, Any], order: Order) -> None:
    if tags.get("dpi"):
        entries[_X], entries[_Y] = (rational(value, order=order) for value in tags["dpi"])
        entries[_UNIT] = whole(3, 2, order=order)
    for tag, name, kind in ((XMP, "xmp", 1), (ICC, "icc", 7), (PHOTOSHOP, "iptc", 7)):
        if tags.get(name):
            entries[tag] = Entry(kind, len(tags[name]), tags[name])
    caption = iim(tags.get("iptc") or b"")
    if caption:
        entries[IPTC] = Entry(7, len(caption), caption)
    if tags.get("associated"):
        entries[_EXTRA] = whole(3, 1, order=order)


def _add_exif(
    file: BufferedIOBase, place: int, entries: dict[int, Entry], blob: bytes, *, order: Order, big: bool
) -> int:
    parts = split(blob)
    if parts is None:
        return 0
    before, root, subs = parts
    for tag, entry in root.items():
        entries.setdefault(tag, entry.turned(before, order))
    written = 0
    subs = {tag: {name: e.turned(before, order) for name, e in inner.items()} for tag, inner in subs.items()}
    for tag, inner in subs.items():
        place_sub(tag, place + written, entries, subs, order=order, big=big)
        body = build(inner, order=order, base=place + written, big=big)
        written += file.write(body + b"\0" * (len(body) % 2))
    return written


def iim(resources: bytes) -> bytes:
    """The IPTC record inside Photoshop's image resources; nothing where there is none.

    >>> iim(as_resource(b"a record"))
    b'a record'
    """
    place = 0
    while resources[place : place + 4] == b"8BIM" and place + 12 <= len(resources):
        kind = int.from_bytes(resources[place + 4 : place + 6], "big")
        name = resources[place + 6]
        at = place + 6 + (name + 2 - (name + 1) % 2 if name else 2)
        size = int.from_bytes(resources[at : at + 4], "big")
        if kind == 0x0404:
            return resources[at + 4 : at + 4 + size]
        place = at + 4 + size + size % 2
    return b""


def as_resource(record: bytes) -> bytes:
    """An IPTC record as a Photoshop image resource, the form in which JPEG holds it."""
    return b"8BIM\x04\x04\0\0" + struct.pack(">I", len(record)) + record + b"\0" * (len(record) % 2)


def _root(source: Source, *, limit: int) -> Directory | None:
    start = first(source.read_at)
    return None if start is None else directory(source.read_at, start[0], start[2], big=start[1], limit=limit)


def _check_samples(root: Directory) -> None:
    kinds, depths = root.entries.get(_FORMAT), root.entries.get(_BITS)
    kind = kinds.number(root.order, default=1) if kinds is not None else 1
    bits = depths.number(root.order, default=1) if depths is not None else 1
    if kind in _ODD or (kind == 1 and bits > 16) or (kind == 3 and bits > 32):
        what = _ODD.get(kind, "whole numbers" if kind == 1 else "floats")
        raise UnreadableFileError(
            f"A TIFF of whole numbers up to 16 bits or floats up to 32 was expected, but this one holds {bits}-bit "
            f"{what}. Convert it to float32 first; converting in silence would lose values."
        )
    photometric = root.number(_PHOTOMETRIC, default=1)
    if photometric in (8, 9, 10, 32844, 32845):
        raise UnreadableFileError(
            "A TIFF in grey, RGB or CMYK was expected, but this one is in Lab or LogLuv. Convert it to RGB first."
        )


def _notes(root: Directory, photometric: int) -> tuple[str, ...]:
    notes: list[str] = []
    if root.next:
        notes.append("First of several pages.")
    if _LAYERS in root.entries or _LAYERS in root.skipped:
        notes.append("Photoshop's layers are not kept: they hold the picture as it was.")
    if _SUBPICTURES in root.entries:
        notes.append("Reduced copies inside the file (a pyramid) are not kept.")
    if root.number(_COMPRESSION) in (6, 7):
        notes.append("JPEG inside TIFF is not written; a new TIFF is compressed without loss.")
    named = {XMP: "XMP", IPTC: "IPTC", PHOTOSHOP: "Photoshop's resources", ICC: "the ICC profile"}
    broken = [named.get(tag, f"tag {tag}") for tag in root.skipped if tag in named or tag not in STRUCTURE]
    if broken:
        notes.append(f"Not kept, because their data are broken or too long: {', '.join(broken)}.")
    return tuple(notes)


def _bytes(root: Directory, tag: int) -> bytes | None:
    entry = root.entries.get(tag)
    return entry.data if entry is not None else None


def _resources(root: Directory) -> bytes | None:
    resources, record = _bytes(root, PHOTOSHOP), root.entries.get(IPTC)
    if record is None or (resources and iim(resources)):
        return resources
    data = record.turned(root.order, ">").data if record.type == 4 and root.order == "<" else record.data
    # Some writers give it as longs; then a little-endian file must not have turned the text.
    data = record.data if record.data[:1] == b"\x1c" else data
    return as_resource(data) + (resources or b"")


def _dpi(root: Directory) -> tuple[float, float] | None:
    unit = {2: 1.0, 3: 2.54}.get(root.number(_UNIT, default=2))
    values: list[float] = []
    for tag in (_X, _Y):
        entry = root.entries.get(tag)
        if entry is None or entry.type != 5 or unit is None:
            return None
        above, below = struct.unpack(root.order + "II", entry.data[:8])
        values.append(above / below * unit if below else 0.0)
    return (values[0], values[1]) if min(values) > 0 else None
