"""EXIF blobs (a TIFF structure without a picture), kept byte for byte but for what restoring makes untrue."""

import re
import struct

from relume.files._ifd import Directory, Entry, Order, ReadAt, build, directory, first, whole

ORIENTATION, EXIF_IFD, GPS_IFD, INTEROP_IFD = 274, 34665, 34853, 40965
_WIDTH, _HEIGHT = 40962, 40963
_THUMBNAIL_AT, _THUMBNAIL_BYTES = 513, 514
_XMP_TURNED = re.compile(rb"(tiff:Orientation(?:=[\"']|>)\s*)[2-8]")

# Tags of a TIFF that say how its own samples lie, or that have a place of their own in Kept.
STRUCTURE = frozenset(
    [*range(254, 260), 262, 263, 264, 265, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283, 284, *range(288, 294), 296]
    + [297, 301, 317, 320, *range(322, 326), 330, 332, 333, 334, 336, 338, 339, 340, 341, 347, *range(512, 522)]
    + [*range(529, 533), 559, 700, 33723, 34377, 34665, 34675, 34853, 37724, 40965, 50838, 50839]
)


def orientation(blob: bytes) -> int:
    """1 to 8, as the tag says; 1 where there is none or nonsense.

    >>> orientation(b"no exif")
    1
    """
    found = _root(blob)
    value = found.number(ORIENTATION, default=1) if found is not None else 1
    return value if 1 <= value <= 8 else 1


def settle(blob: bytes, *, height: int, width: int) -> tuple[bytes, bool]:
    """The blob for an upright picture of this size, and whether a thumbnail of the old picture was taken out.

    Values are changed where they stand: a maker's notes may hold offsets, which moving anything would break.
    """
    root = _root(blob)
    if root is None:
        return blob, False
    data = bytearray(blob)
    _poke(data, root, ORIENTATION, 1)
    inner = _sub(blob, root, EXIF_IFD)
    if inner is not None:
        _poke(data, inner, _WIDTH, width)
        _poke(data, inner, _HEIGHT, height)
    return _without_thumbnail(data, root)


def settle_xmp(packet: bytes) -> bytes:
    """The XMP packet for an upright picture.

    >>> settle_xmp(b'<rdf:Description tiff:Orientation="6"/>')
    b'<rdf:Description tiff:Orientation="1"/>'
    """
    return _XMP_TURNED.sub(rb"\g<1>1", packet)


def from_tiff(read: ReadAt, root: Directory, *, limit: int) -> bytes | None:
    """What a TIFF says beside its picture, as an EXIF blob; None where it says nothing."""
    entries = {tag: entry for tag, entry in root.entries.items() if tag not in STRUCTURE}
    subs = _subdirectories(read, root, limit=limit)
    if not entries and not subs:
        return None
    return join(entries, subs, order=root.order)


def join(entries: dict[int, Entry], subs: dict[int, dict[int, Entry]], *, order: Order) -> bytes:
    """An EXIF blob of a root directory and its sub-directories."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    entries = {tag: _small(entry) for tag, entry in entries.items()}
    body = b""
    for tag, inner in subs.items():
        place_sub(tag, 8 + len(body), entries, subs, order=order)
        body += build({t: _small(e) for t, e in inner.items()}, order=order, base=8 + len(body))
    start = 8 + len(body)
    return mark + struct.pack(order + "I", start) + body + build(entries, order=order, base=start)


def split(blob: bytes) -> tuple[Order, dict[int, Entry], dict[int, dict[int, Entry]]] | None:
    """The root directory of a blob, without structure, and its sub-directories; None where it is broken."""
    root = _root(blob)
    if root is None:
        return None
    subs = _subdirectories(_reading(blob), root)
    return root.order, {tag: entry for tag, entry in root.entries.items() if tag not in STRUCTURE}, subs


def place_sub(
    tag: int, offset: int, root: dict[int, Entry], subs: dict[int, dict[int, Entry]], *, order: Order, big: bool = False
) -> None:
    """Point to a sub-directory that is written at `offset`: from inside of EXIF or from the root."""
    parent = subs[EXIF_IFD] if tag == INTEROP_IFD else root
    parent[tag] = whole(16 if big else 4, offset, order=order)


def _subdirectories(read: ReadAt, root: Directory, *, limit: int = 64_000_000) -> dict[int, dict[int, Entry]]:
    """Entries of the sub-directories under their tags, in the order to write them: EXIF points to the first one."""
    found: dict[int, Directory] = {}
    for tag in (EXIF_IFD, GPS_IFD, INTEROP_IFD):
        parent = found.get(EXIF_IFD) if tag == INTEROP_IFD else root
        if parent is not None and tag in parent.entries:
            sub = directory(read, root.order, parent.number(tag), big=root.big, limit=limit)
            found |= {tag: sub} if sub is not None else {}
    order = [tag for tag in (INTEROP_IFD, EXIF_IFD, GPS_IFD) if tag in found]
    return {tag: {t: entry for t, entry in found[tag].entries.items() if t != INTEROP_IFD} for tag in order}


def _root(blob: bytes) -> Directory | None:
    read = _reading(blob)
    start = first(read)
    return None if start is None else directory(read, start[0], start[2], big=start[1])


def _sub(blob: bytes, root: Directory, tag: int) -> Directory | None:
    return directory(_reading(blob), root.order, root.number(tag)) if tag in root.entries else None


def _reading(blob: bytes) -> ReadAt:
    return lambda offset, count: blob[offset : offset + count] if offset >= 0 else b""


def _small(entry: Entry) -> Entry:
    # BigTIFF's 8-byte types have no place in a classic structure: read as opaque bytes they at least survive.
    return Entry(7, len(entry.data), entry.data) if entry.type in (16, 17, 18) else entry


def _poke(data: bytearray, where: Directory, tag: int, value: int) -> None:
    entry = where.entries.get(tag)
    if entry is None or entry.count != 1 or entry.type not in (3, 4):
        return
    if entry.type == 3 and value > 65535:
        return
    struct.pack_into(where.order + ("H" if entry.type == 3 else "I"), data, entry.at, value)


def _without_thumbnail(data: bytearray, root: Directory) -> tuple[bytes, bool]:
    if root.next == 0:
        return bytes(data), False
    second = directory(_reading(bytes(data)), root.order, root.next)
    struct.pack_into(root.order + "I", data, root.next_at, 0)
    if second is None:
        return bytes(data), False
    start, size = second.number(_THUMBNAIL_AT), second.number(_THUMBNAIL_BYTES)
    if 0 < start < len(data) and size > 0:
        end = min(start + size, len(data))
        data[start:end] = b"" if end == len(data) else bytes(end - start)
    return bytes(data), True
