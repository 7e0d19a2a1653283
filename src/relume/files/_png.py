"""PNG chunks beside the pixels: read with unpacking bounded, and written again before the pixels."""

import struct
import zlib
from collections.abc import Iterator
from typing import Any

from relume.files._limits import Limits
from relume.files._source import Source

_XMP = b"XML:com.adobe.xmp\0"
_VERBATIM = frozenset([b"gAMA", b"cHRM", b"sRGB", b"cICP", b"mDCV", b"cLLI", b"tEXt", b"zTXt", b"iTXt", b"tIME"])
_OF_PIXELS = frozenset([b"PLTE", b"tRNS", b"IDAT", b"acTL", b"fcTL", b"fdAT"])
_BEFORE_PIXELS = 4_000  # chunks that are looked at; real files have under a hundred


def inspect(source: Source, *, limits: Limits) -> dict[str, Any]:
    """What the chunks of a PNG say, as fields of Kept; `interlaced` besides."""
    found: dict[str, Any] = {"compression": "deflate", "notes": ()}
    chunks: list[tuple[bytes, bytes]] = []
    others: set[bytes] = set()
    total = seen = 0
    for name, place, length in _chunks(source):
        seen += name != b"IDAT"
        if seen > _BEFORE_PIXELS:
            found["notes"] += (f"Only the first {_BEFORE_PIXELS:,} chunks beside the pixels are kept.",)
            break
        if name == b"acTL":
            frames = int.from_bytes(source.read_at(place, 4), "big")
            found["notes"] += (f"First of {frames} frames.",)
        if name not in _VERBATIM | {b"IHDR", b"iCCP", b"eXIf", b"pHYs"}:
            others |= {name} - _OF_PIXELS
            continue
        total += length
        limits.check_metadata(total)
        _take(name, source.read_at(place, length), found, chunks, limits=limits)
    if found.get("dpi") and not all(found["dpi"]):
        del found["dpi"]
    if others:
        names = ", ".join(sorted(ascii(name.decode("latin1"))[1:-1] for name in others))
        found["notes"] += (f"Not kept, because it may not be true of other pixels: {names}.",)
    found["attributes"] = {"chunks": chunks} if chunks else {}
    return found


def _take(
    name: bytes, body: bytes, found: dict[str, Any], chunks: list[tuple[bytes, bytes]], *, limits: Limits
) -> None:
    if name == b"IHDR" and len(body) == 13:
        found |= {"interlaced": bool(body[12]), "palette": body[9] == 3, "bits": body[8] if body[8] < 8 else None}
    elif name == b"iCCP":
        found["icc"] = _profile(body, limits=limits)
        if found["icc"] is None:
            found["notes"] += ("The ICC profile is not kept: it is broken.",)
    elif name == b"eXIf":
        found["exif"] = body.removeprefix(b"Exif\0\0")
    elif name == b"pHYs" and len(body) == 9 and body[8] == 1:
        found["dpi"] = tuple(value * 0.0254 for value in struct.unpack(">II", body[:8]))
    elif name == b"iTXt" and body.startswith(_XMP):
        found["xmp"] = _packet(body, limits=limits)
    elif name in _VERBATIM:
        chunks.append((name, body))


def chunks_of(
    *,
    exif: bytes | None,
    xmp: bytes | None,
    icc: bytes | None,
    dpi: tuple[float, float] | None,
    others: list[tuple[bytes, bytes]],
) -> bytes:
    """Chunks to stand behind IHDR."""
    out = b""
    if icc:
        out += _chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(icc, 9))
        others = [pair for pair in others if pair[0] != b"sRGB"]  # the standard allows one of both
    out += b"".join(_chunk(name, body) for name, body in others)
    if dpi:
        out += _chunk(b"pHYs", struct.pack(">IIB", *(min(max(round(v / 0.0254), 1), 2**31 - 1) for v in dpi), 1))
    if xmp:
        out += _chunk(b"iTXt", _XMP + b"\0\0\0\0" + xmp)
    if exif:
        out += _chunk(b"eXIf", exif)
    return out


def graft(head: bytes, chunks: bytes) -> bytes:
    """The start of an encoded PNG (up to its pixels) with `chunks` behind IHDR, without what the encoder put there."""
    out, place = head[:33] + chunks, 33
    while place + 12 <= len(head):
        length = int.from_bytes(head[place : place + 4], "big")
        name = head[place + 4 : place + 8]
        if name == b"IDAT":
            break
        if name in (b"PLTE", b"tRNS"):
            out += head[place : place + 12 + length]
        place += 12 + length
    return out + head[place:]


def pixels_at(head: bytes) -> int | None:
    """Where the first IDAT begins in the start of a PNG; None while it has not come yet."""
    place = 8
    while place + 8 <= len(head):
        if head[place + 4 : place + 8] == b"IDAT":
            return place
        place += 12 + int.from_bytes(head[place : place + 4], "big")
    return None


def _chunks(source: Source) -> Iterator[tuple[bytes, int, int]]:
    place = 8
    while True:
        head = source.read_at(place, 8)
        if len(head) < 8 or head[4:] == b"IEND":
            return
        length = int.from_bytes(head[:4], "big")
        yield head[4:], place + 8, length
        place += 12 + length


def _unpacked(data: bytes, *, limits: Limits) -> bytes | None:
    unpack = zlib.decompressobj()
    try:
        out = unpack.decompress(data, limits.metadata_bytes)
    except zlib.error:
        return None
    if unpack.unconsumed_tail:
        limits.check_metadata(limits.metadata_bytes + 1)
    return out


def _profile(body: bytes, *, limits: Limits) -> bytes | None:
    name, _, rest = body.partition(b"\0")
    profile = _unpacked(rest[1:], limits=limits) if len(name) < 80 else None
    # "acsp" stands at byte 36 of every profile: garbage is not handed on.
    return profile if profile is not None and profile[36:40] == b"acsp" else None


def _packet(body: bytes, *, limits: Limits) -> bytes | None:
    packed, rest = body[len(_XMP)], body[len(_XMP) + 2 :]
    text = rest.split(b"\0", 2)[-1]
    return _unpacked(text, limits=limits) if packed else text


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
