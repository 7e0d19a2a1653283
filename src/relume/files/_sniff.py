"""What bytes are, by their first ones; the ending of a name decides only between kinds of TIFF."""

from pathlib import Path

from relume.errors import UnreadableFileError

RAW_ENDINGS = frozenset(
    {".dng", ".nef", ".nrw", ".cr2", ".cr3", ".arw", ".sr2", ".orf", ".rw2", ".raf", ".pef", ".srw"}
)

_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", 0, "png"),
    (b"\xff\xd8\xff", 0, "jpeg"),
    (b"GIF87a", 0, "gif"),
    (b"GIF89a", 0, "gif"),
    (b"BM", 0, "bmp"),
    (b"\x93NUMPY", 0, "npy"),
    (b"DICM", 128, "dicom"),
    (b"FUJIFILMCCD-RAW", 0, "raw"),
    (b"IIRO", 0, "raw"),
    (b"IIRS", 0, "raw"),
    (b"MMOR", 0, "raw"),
    (b"IIU\0", 0, "raw"),
    (b"CR\x02", 8, "raw"),
    (b"ftypcrx ", 4, "raw"),
    (b"WEBP", 8, "webp"),
    (b"II*\0", 0, "tiff"),
    (b"MM\0*", 0, "tiff"),
    (b"II+\0", 0, "tiff"),
    (b"MM\0+", 0, "tiff"),
)

# Known, so that the message can say what came and what to do; none of them is ever given to a decoder.
_REFUSED = (
    (b"%PDF", "a PDF document", "Export its pages as PNG or TIFF first"),
    (b"%!PS", "a PostScript document", "Export it as PNG or TIFF first"),
    (b"\x1f\x8b", "a gzip archive", "Unpack it first"),
    (b"PK\x03\x04", "a zip archive", "Unpack it first"),
    (b"\0\0\x01\0", "a Windows icon", "Save it as PNG first"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 stream", "Save it as TIFF or PNG first"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture", "Save it as TIFF or PNG first"),
    (b"\xff\x0a", "a JPEG XL picture", "Save it as TIFF or PNG first"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture", "Save it as TIFF or PNG first"),
    (b"8BPS", "a Photoshop document", "Export it as TIFF or PNG first"),
    (b"<svg", "an SVG drawing", "Export it as PNG first"),
    (b"<?xml", "an XML or SVG document", "Export it as PNG first"),
    (b"<!doctype", "an HTML page", "Check what was downloaded"),
    (b"<html", "an HTML page", "Check what was downloaded"),
)

READ = "JPEG, PNG, WebP, TIFF, AVIF, GIF, BMP, .npy, DICOM and camera raw"


def sniff(data: bytes) -> str | None:
    """The format that the first bytes of a file show, or None. 512 bytes are enough.

    >>> sniff(b"GIF89a")
    'gif'
    """
    for magic, offset, name in _MAGIC:
        if data[offset : offset + len(magic)] == magic:
            if name == "webp" and data[:4] != b"RIFF":
                continue
            return name
    brands = _brands(data)
    return "avif" if b"avif" in brands or b"avis" in brands else None


def recognise(head: bytes, path: Path | None) -> str:
    """The format of a file, or an error that says what came instead."""
    name = sniff(head)
    if name == "tiff" and path is not None and path.suffix.lower() in RAW_ENDINGS:
        return "raw"  # DNG, NEF, ARW and others are TIFF containers with the sensor's samples in a sub-directory
    if name is not None:
        return name
    if _brands(head) & {b"heic", b"heix", b"hevc", b"mif1", b"msf1"}:
        raise UnreadableFileError("This is a HEIC picture, which is not read. Save it as AVIF, TIFF or JPEG first.")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for magic, what, advice in _REFUSED:
        if start.startswith(magic.lower()) or head.startswith(magic):
            raise UnreadableFileError(f"This is {what}, not a picture that is read. {advice}. Read are {READ}.")
    raise UnreadableFileError(
        "This is no picture that relume can read: no format is known that begins with the bytes "
        f"{head[:8].hex(' ')}. Read are {READ}."
    )


def _brands(data: bytes) -> set[bytes]:
    if data[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(data[:4], "big"), len(data))
    return {data[8:12]} | {data[i : i + 4] for i in range(16, end - 3, 4)}
