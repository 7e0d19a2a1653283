"""WebP's RIFF chunks: metadata read, and put around an encoded picture."""

import struct
from collections.abc import Iterator
from typing import Any

from relume.files._limits import Limits
from relume.files._source import Source

_OF_PIXELS = frozenset([b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"])
_FLAGS = {b"ICCP": 0x20, b"EXIF": 0x08, b"XMP ": 0x04}


def inspect(source: Source, *, limits: Limits) -> dict[str, Any]:
    """What the chunks of a WebP say, as fields of Kept."""
    found: dict[str, Any] = {"notes": ()}
    others: set[bytes] = set()
    frames = total = 0
    for name, place, length in _chunks(source):
        frames += name == b"ANMF"
        if name in (b"VP8 ", b"VP8L"):
            found |= {"compression": "lossless"} if name == b"VP8L" else {"chroma": "4:2:0"}
        if name == b"ANMF" and frames == 1 and source.read_at(place + 16, 4) == b"VP8L":
            found["compression"] = "lossless"
        if name not in _FLAGS:
            others |= {name} - _OF_PIXELS
            continue
        total += length
        limits.check_metadata(total)
        key = {b"ICCP": "icc", b"EXIF": "exif", b"XMP ": "xmp"}[name]
        found.setdefault(key, source.read_at(place, length).removeprefix(b"Exif\0\0"))
    if frames > 1:
        found["notes"] += (f"First of {frames} frames.",)
    if others:
        names = ", ".join(sorted(ascii(name.decode("latin1"))[1:-1].strip() for name in others))
        found["notes"] += (f"Not kept, because only the program that wrote it understands it: {names}.",)
    return found


def graft(
    data: bytes, *, height: int, width: int, has_alpha: bool, icc: bytes | None, exif: bytes | None, xmp: bytes | None
) -> bytes:
    """An encoded WebP with metadata around its picture."""
    if not (icc or exif or xmp):
        return data
    parts = [(name, data[place : place + length]) for name, place, length in _in_bytes(data)]
    picture = [(name, body) for name, body in parts if name in (b"ALPH", b"VP8 ", b"VP8L")]
    flags = 0x10 if has_alpha else 0
    for name, body in ((b"ICCP", icc), (b"EXIF", exif), (b"XMP ", xmp)):
        flags |= _FLAGS[name] if body else 0
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    wanted = [(b"VP8X", bytes([flags, 0, 0, 0]) + size), (b"ICCP", icc), *picture, (b"EXIF", exif), (b"XMP ", xmp)]
    body = b"".join(_chunk(name, part) for name, part in wanted if part)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _chunks(source: Source) -> Iterator[tuple[bytes, int, int]]:
    place = 12
    while len(head := source.read_at(place, 8)) == 8:
        length = int.from_bytes(head[4:], "little")
        yield head[:4], place + 8, length
        place += 8 + length + length % 2


def _in_bytes(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    place = 12
    while place + 8 <= len(data):
        length = int.from_bytes(data[place + 4 : place + 8], "little")
        yield data[place : place + 4], place + 8, length
        place += 8 + length + length % 2


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
