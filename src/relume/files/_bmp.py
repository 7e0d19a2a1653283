"""BMP through OpenCV, because libvips' wheel has none; its header is read by our own hand first."""

import struct
from io import BufferedIOBase

import numpy as np

from relume.errors import UnreadableFileError
from relume.files._limits import Limits
from relume.files._samples import Samples, Scale
from relume.files._source import Source
from relume.files._streams import AbstractReader, Shape, StripReader
from relume.image import Kept

_BITS = (1, 4, 8, 16, 24, 32)
_PROFILED = (b"DEBM", b"KNIL")  # colour spaces of the longest header: a profile, embedded or linked
_PLAIN, _RLE8, _RLE4, _FIELDS = 0, 1, 2, 3


def open_bmp(source: Source, *, limits: Limits) -> AbstractReader:
    """A reader of the whole picture; OpenCV decodes it on the first `read`."""
    height, width, bits, dpi = _header(source, limits)
    limits.check_memory(height * width * 4 + source.size, why="Decoding this BMP, which cannot be done in strips,")
    samples = _decoded(source)
    if samples.shape[:2] != (height, width):
        raise UnreadableFileError(
            f"The BMP says that it is {width} x {height}, but its pixels are {samples.shape[1]} x {samples.shape[0]}."
        )
    bands = samples.shape[2]
    shape = Shape(height=height, width=width, channels=1 if bands == 1 else 3, has_alpha=bands == 4)
    scale = Scale.of("uint8")
    kept = Kept(
        format="bmp",
        depth="uint8",
        span=scale.span,
        colour="grey" if bands == 1 else "rgb",
        palette=bits <= 8 and bands != 1,
        bits=bits if bits < 8 else None,
        dpi=dpi,
        compression="none",
        notes=("The ICC profile inside of the BMP is not kept.",)
        if source.head[70:74] in _PROFILED and source.head[14] == 124
        else (),
    )
    return StripReader(lambda top, rows: samples[top : top + rows], shape, scale, kept)


def encode_bmp(samples: Samples, dpi: tuple[float, float] | None, out: BufferedIOBase) -> None:
    """A plain BMP of 8 bits grey or 24 bits colour."""
    import cv2

    picture = samples if samples.shape[2] == 1 else cv2.cvtColor(np.ascontiguousarray(samples), cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".bmp", picture)
    body = bytearray(data.tobytes())
    per_metre = (0, 0) if dpi is None else tuple(min(round(value / 0.0254), 2**31 - 1) for value in dpi)
    struct.pack_into("<ii", body, 38, *per_metre)
    out.write(body)


def _header(source: Source, limits: Limits) -> tuple[int, int, int, tuple[float, float] | None]:
    head = source.head[:54]
    size = int.from_bytes(head[14:18], "little")
    if len(head) < 26 or size not in (12, 40, 52, 56, 64, 108, 124):
        raise UnreadableFileError("The BMP is broken: its header is cut short or of no known kind. Get the file again.")
    across = down = compression = 0
    if size == 12:
        width, height, _, bits = struct.unpack("<HHHH", head[18:26])
    else:
        width, height, _, bits, compression, _, across, down = struct.unpack("<iiHHIIii", head[18:46].ljust(28, b"\0"))
    height = abs(height)
    if width < 1 or height < 1 or bits not in _BITS or compression not in (_PLAIN, _RLE8, _RLE4, _FIELDS):
        raise UnreadableFileError(
            f"A BMP of 1 to 32 bits a pixel was expected, but this one is {width} x {height} with {bits} bits "
            f"and compression {compression}. Save it anew."
        )
    limits.check_size(height, width)
    start = int.from_bytes(head[10:14], "little")
    wanted = start + (width * bits + 31) // 32 * 4 * height
    if compression in (_PLAIN, _FIELDS) and source.size < wanted:
        raise UnreadableFileError(
            f"The BMP is cut short: {wanted:,} bytes were expected, but there are {source.size:,}."
        )
    dpi = (across * 0.0254, down * 0.0254) if across > 0 and down > 0 else None
    return height, width, bits, dpi


def _decoded(source: Source) -> Samples:
    import cv2

    try:
        picture = cv2.imdecode(np.frombuffer(source.read_all(), np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise UnreadableFileError(f"The BMP cannot be decoded ({error.err}). Save it anew.") from error
    if picture is None or picture.dtype != np.uint8:
        raise UnreadableFileError("The BMP is damaged or of an unusual kind. Save it anew.")
    if picture.ndim == 2:
        return picture[..., None]
    order = cv2.COLOR_BGRA2RGBA if picture.shape[2] == 4 else cv2.COLOR_BGR2RGB
    return cv2.cvtColor(picture, order)
