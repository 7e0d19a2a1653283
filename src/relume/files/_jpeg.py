"""JPEG marker segments: what stands before the scan, read for metadata and quality, and written again."""

import struct
from collections.abc import Iterator
from typing import Any

import numpy as np

from relume.files._limits import Limits
from relume.files._source import Source

_EXIF, _XMP, _LONG_XMP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0"
_ICC, _PHOTOSHOP = b"ICC_PROFILE\0", b"Photoshop 3.0\0"
_MORE_PICTURES = b"MPF\0"
_LONGEST = 65533
_LONG_NOTE = "The XMP beyond its first 64 kB is not kept."

# Table K.1 and K.2 of ITU-T T.81, in natural order.
_LUMA = np.array(
    [16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29]
    + [51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121]
    + [120, 101, 72, 92, 95, 98, 112, 100, 103, 99]
)
_CHROMA = np.array(
    [17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99]
    + [99] * 36
)
_ZIGZAG = np.array(
    [0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21]
    + [28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61]
    + [54, 47, 55, 62, 63]
)


def inspect(source: Source, *, limits: Limits) -> dict[str, Any]:
    """What the segments of a JPEG say, as fields of Kept; `progressive` besides."""
    found: dict[str, Any] = {"attributes": {}, "notes": ()}
    profile: dict[int, bytes] = {}
    tables: dict[int, np.ndarray] = {}
    total = 0
    for marker, body in _segments(source, limits=limits):
        total += len(body)
        limits.check_metadata(total)
        if marker == 0xE2 and body.startswith(_ICC) and len(body) > 14:
            profile[body[12]] = body[14:]
            found["icc_parts"] = body[13]
        elif marker == 0xDB:
            _take_tables(body, tables)
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC) and len(body) >= 6:
            found["progressive"] = marker in (0xC2, 0xC6, 0xCA, 0xCE)
            found["chroma"] = _sampling(body)
            found["quality"] = estimate_quality(_of_components(body, tables))
        else:
            _take_words(marker, body, found)
    _add_profile(found, profile)
    others = dict.fromkeys(found.pop("others", []))
    if others:
        found["notes"] += (f"Not kept, because only the program that wrote it understands it: {', '.join(others)}.",)
    return found


def _take_words(marker: int, body: bytes, found: dict[str, Any]) -> None:
    if marker == 0xE0 and body[:5] == b"JFIF\0" and len(body) >= 12:
        found["dpi"] = _density(body)
    elif marker == 0xE1 and body.startswith(_EXIF):
        found.setdefault("exif", body[6:])
    elif marker == 0xE1 and body.startswith(_XMP):
        found.setdefault("xmp", body[len(_XMP) :])
    elif marker == 0xE1 and body.startswith(_LONG_XMP):
        found["notes"] += (_LONG_NOTE,) if _LONG_NOTE not in found["notes"] else ()
    elif marker == 0xED and body.startswith(_PHOTOSHOP):
        found["iptc"] = found.get("iptc", b"") + body[len(_PHOTOSHOP) :]
    elif marker == 0xFE:
        found["attributes"].setdefault("comments", []).append(body)
    elif 0xE0 <= marker <= 0xEF:
        _take_foreign(marker, body, found)


def _take_foreign(marker: int, body: bytes, found: dict[str, Any]) -> None:
    """What is not kept: to be told."""
    if marker == 0xE2 and body.startswith(_MORE_PICTURES):
        found["notes"] += ("Further pictures in the file (previews, a gain map for HDR) are not kept.",)
    elif not body.startswith(b"Adobe"):  # Adobe's says how colours are stored, no more
        found.setdefault("others", []).append(_name(marker, body))


def _name(marker: int, body: bytes) -> str:
    word = body.split(b"\0")[0][:20].decode("latin1")
    return f"segment APP{marker - 0xE0}" + (f" ({word})" if word.isascii() and word.isprintable() and word else "")


def estimate_quality(tables: list[np.ndarray]) -> int:
    """The lowest quality setting of libjpeg whose tables are nowhere coarser than these (natural order).

    >>> estimate_quality([standard_table(87), standard_table(87, chroma=True)])
    87
    """
    for quality in range(1, 101):
        standards = (standard_table(quality), standard_table(quality, chroma=True))
        if all((standards[min(i, 1)] <= table).all() for i, table in enumerate(tables)):
            return quality
    return 100


def standard_table(quality: int, *, chroma: bool = False) -> np.ndarray:
    """The quantisation table that libjpeg makes of a quality setting, in natural order."""
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    return np.clip(((_CHROMA if chroma else _LUMA) * scale + 50) // 100, 1, 255)


def segments_of(
    *, exif: bytes | None, xmp: bytes | None, icc: bytes | None, iptc: bytes | None, comments: list[bytes]
) -> tuple[bytes, list[str]]:
    """Segments to stand behind SOI or JFIF, and notes on what is too long for a JPEG."""
    out, notes = b"", list[str]()
    for name, marker, head, body in (("EXIF", 0xE1, _EXIF, exif), ("XMP", 0xE1, _XMP, xmp)):
        if body is None:
            continue
        if len(head) + len(body) > _LONGEST:
            notes.append(f"{name} was left out: a JPEG holds 64 kB of it, and there are {len(body):,} bytes.")
        else:
            out += _segment(marker, head + body)
    step = _LONGEST - len(_PHOTOSHOP)
    for start in range(0, len(iptc or b""), step):
        out += _segment(0xED, _PHOTOSHOP + (iptc or b"")[start : start + step])
    step = _LONGEST - 14
    parts = [(icc or b"")[start : start + step] for start in range(0, len(icc or b""), step)]
    if len(parts) > 255:
        parts = []
        notes.append(f"The ICC profile was left out: it has {len(icc or b''):,} bytes, too many for a JPEG.")
    for index, part in enumerate(parts):
        out += _segment(0xE2, _ICC + bytes([index + 1, len(parts)]) + part)
    return out + b"".join(_segment(0xFE, comment[:_LONGEST]) for comment in comments), notes


def graft(head: bytes, segments: bytes, *, dpi: tuple[float, float] | None) -> bytes:
    """The start of an encoded JPEG (up to its first table) with `segments` in it, and its density."""
    rest = head[2:]
    if rest[:2] == b"\xff\xe0":
        rest = rest[2 + int.from_bytes(rest[2:4], "big") :]
    unit, x, y = (0, 1, 1) if dpi is None else (1, *(min(max(round(value), 1), 65535) for value in dpi))
    jfif = _segment(0xE0, b"JFIF\0\1\1" + struct.pack(">BHHBB", unit, x, y, 0, 0))
    return head[:2] + jfif + segments + rest


def _segments(source: Source, *, limits: Limits) -> Iterator[tuple[int, bytes]]:
    place, count = 2, 0
    while count < 100_000:
        head = source.read_at(place, 4)
        if len(head) < 4 or head[0] != 0xFF:
            return
        if head[1] == 0xFF:  # fill bytes may stand before a marker
            place += 1
            continue
        if head[1] in (0xDA, 0xD9):
            return
        if head[1] == 0x01 or 0xD0 <= head[1] <= 0xD8:
            place += 2
            continue
        length = int.from_bytes(head[2:], "big")
        yield head[1], source.read_at(place + 4, length - 2)
        place += 2 + max(length, 2)
        count += 1


def _density(body: bytes) -> tuple[float, float] | None:
    unit, x, y = struct.unpack(">BHH", body[7:12])
    if unit not in (1, 2) or not x or not y:
        return None
    return (float(x), float(y)) if unit == 1 else (x * 2.54, y * 2.54)


def _take_tables(body: bytes, tables: dict[int, np.ndarray]) -> None:
    while body:
        wide, number = body[0] >> 4, body[0] & 15
        size = 128 if wide else 64
        if len(body) < 1 + size:
            return
        values = np.frombuffer(body[1 : 1 + size], ">u2" if wide else "u1")
        natural = np.zeros(64, dtype=np.int64)
        natural[_ZIGZAG] = values
        tables[number] = natural
        body = body[1 + size :]


def _of_components(body: bytes, tables: dict[int, np.ndarray]) -> list[np.ndarray]:
    components = [body[i : i + 3] for i in range(6, min(len(body), 6 + 3 * body[5]), 3)]
    numbers = [component[2] for component in components if len(component) == 3]
    if len(numbers) == 4:  # CMYK: all planes are written with tables of their own, hold all to the finer one
        numbers = sorted(set(numbers))
    return [tables[number] for number in numbers if number in tables]


def _sampling(body: bytes) -> str | None:
    factors = [body[i + 1] for i in range(6, min(len(body), 6 + 3 * body[5]) - 2, 3)]
    if len(factors) < 3:
        return None
    across = (factors[0] >> 4) // max(factors[1] >> 4, 1)
    down = (factors[0] & 15) // max(factors[1] & 15, 1)
    return {(1, 1): "4:4:4", (2, 1): "4:2:2", (2, 2): "4:2:0", (1, 2): "4:4:0", (4, 1): "4:1:1"}.get((across, down))


def _add_profile(found: dict[str, Any], parts: dict[int, bytes]) -> None:
    wanted = found.pop("icc_parts", 0)
    if not parts:
        return
    if sorted(parts) == list(range(1, wanted + 1)):
        found["icc"] = b"".join(parts[i] for i in range(1, wanted + 1))
    else:
        found["notes"] += (f"The ICC profile is not kept: {len(parts)} of its {wanted} parts are there.",)


def _segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body
