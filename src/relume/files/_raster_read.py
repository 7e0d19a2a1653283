"""Rasters through libvips: the header first, then strips."""

import tempfile
from contextlib import ExitStack
from typing import Any

import numpy as np

from relume.errors import UnreadableFileError
from relume.files import _exif, _jpeg, _png, _tiff, _webp
from relume.files._limits import Limits
from relume.files._samples import Samples, Scale
from relume.files._source import Source
from relume.files._spool import MEMORY_BYTES
from relume.files._streams import AbstractReader, Fetch, Shape, StripReader
from relume.files._vips import explained, vips
from relume.image import Kept

NAMES = {"jpeg": "JPEG", "png": "PNG", "webp": "WebP", "tiff": "TIFF", "avif": "AVIF", "gif": "GIF", "bmp": "BMP"}
_LOADERS = {
    "jpeg": "jpegload",
    "png": "pngload",
    "webp": "webpload",
    "tiff": "tiffload",
    "avif": "heifload",
    "gif": "gifload",
}
_INSPECT = {"jpeg": _jpeg.inspect, "png": _png.inspect, "webp": _webp.inspect, "tiff": _tiff.inspect}
_DEPTHS = {"uchar": "uint8", "ushort": "uint16", "float": "float32"}
_STRIP = 64  # rows that are fetched at once where we choose ourselves


def open_raster(source: Source, format: str, *, limits: Limits) -> AbstractReader:
    """A reader of one picture; its header is checked, its pixels are not decoded yet."""
    with explained(NAMES[format]):
        picture = _load(source, format)
        limits.check_size(picture.height, picture.width)
        found = _INSPECT[format](source, limits=limits) if format in _INSPECT else _fields(picture, limits=limits)
        picture = _plain_bands(picture, found)
    depth = _DEPTHS.get(picture.format)
    if depth is None:
        raise UnreadableFileError(
            f"Samples of 8 or 16 bits or float were expected, but the {NAMES[format]} holds {picture.format}. "
            "Convert it first."
        )
    _check_decoder(picture, format, found, limits)
    shape, colour = _shape(picture, found)
    kept, scale = _kept(format, depth, colour, found)
    close = ExitStack()
    fetch = _sequential(picture, NAMES[format])
    if kept.orientation != 1:
        fetch, shape = _upright(fetch, shape, kept, close)
    return StripReader(fetch, shape, scale, kept, close=close)


def _load(source: Source, format: str) -> Any:
    options: dict[str, Any] = {"access": "sequential", "fail_on": "error"}
    if source.path is not None:
        return vips().Operation.call(_LOADERS[format], str(source.path), **options)
    return vips().Operation.call(_LOADERS[format] + "_buffer", source.data, **options)


def _fields(picture: Any, *, limits: Limits) -> dict[str, Any]:
    """For formats that we do not walk ourselves, what libvips found."""
    there = set(picture.get_fields())

    def blob(name: str) -> bytes | None:
        if name not in there:
            return None
        data = bytes(picture.get(name))
        limits.check_metadata(len(data))
        return data

    exif = blob("exif-data")
    found: dict[str, Any] = {
        "exif": exif.removeprefix(b"Exif\0\0") if exif else None,
        "xmp": blob("xmp-data"),
        "icc": blob("icc-profile-data"),
        "palette": "palette" in there,
    }
    if "heif-compression" in there:
        bits = picture.get("bits-per-sample")
        # The container's own turn is applied by the decoder; the EXIF tag only repeats it.
        found |= {"bits": bits if bits > 8 else None, "orientation": 1}
    pages = picture.get("n-pages") if "n-pages" in there else 1
    found["notes"] = (f"First of {pages} frames.",) if pages > 1 else ()
    return found


def _plain_bands(picture: Any, found: dict[str, Any]) -> Any:
    """Half floats come as floats already; a palette of a TIFF comes as RGB."""
    if found.get("bits") == 16 and picture.format == "float":
        found["notes"] += ("The half floats become floats of 32 bits.",)
    return picture


def _check_decoder(picture: Any, format: str, found: dict[str, Any], limits: Limits) -> None:
    whole = format in ("webp", "avif", "gif") or found.get("interlaced") or found.get("progressive")
    if not whole:
        return
    size = picture.height * picture.width
    # WebP, GIF: RGBA of 8 bits. Progressive JPEG: coefficients of 16 bits. AVIF, interlaced PNG: the samples.
    each = {"webp": 4, "gif": 4, "jpeg": 2 * picture.bands, "avif": 8}.get(format, picture.bands * 2)
    limits.check_memory(size * each, why=f"Decoding this {NAMES[format]}, which cannot be done in strips,")


def _shape(picture: Any, found: dict[str, Any]) -> tuple[Shape, str]:
    bands = picture.bands
    kind = picture.interpretation
    if kind == "cmyk" and bands >= 4:
        colour, channels = "cmyk", 4
    elif bands in (1, 2):
        colour, channels = "grey", 1
    elif bands in (3, 4):
        colour, channels = "rgb", 3
    else:
        colour, channels = "other", bands
    extra = bands - channels
    kinds = found.get("extra")
    # Two or four bands of which none is declared to be alpha are a microscope's channels, not transparency.
    if extra and kinds is not None and not set(kinds) & {1, 2} and kind not in ("srgb", "rgb16", "scrgb", "cmyk"):
        colour, channels, extra = "other", bands, 0
    if extra > 1:
        colour, channels, extra = "other", bands, 0
    return Shape(height=picture.height, width=picture.width, channels=channels, has_alpha=extra == 1), colour


def _kept(format: str, depth: Any, colour: Any, found: dict[str, Any]) -> tuple[Kept, Scale]:
    scale = Scale.of(depth, bits=found.get("bits") if format == "avif" else None, inverted=colour == "cmyk")
    turn = found.get("orientation") or _exif.orientation(found.get("exif") or b"")
    turn = turn if 1 <= turn <= 8 else 1
    dpi = found.get("dpi")
    kept = Kept(
        format=format,
        depth=depth,
        span=scale.span,
        colour=colour,
        palette=bool(found.get("palette")),
        orientation=turn,
        icc=found.get("icc"),
        exif=found.get("exif"),
        xmp=found.get("xmp"),
        iptc=found.get("iptc"),
        dpi=dpi[::-1] if dpi and turn > 4 else dpi,
        quality=found.get("quality"),
        chroma=found.get("chroma"),
        bits=found.get("bits"),
        compression=found.get("compression"),
        attributes=found.get("attributes") or None,
        notes=tuple(found.get("notes", ())),
    )
    return kept, scale


def _sequential(picture: Any, name: str) -> Fetch:
    region = vips().Region.new(picture)
    dtype = np.dtype(_DEPTHS[picture.format])

    def fetch(top: int, rows: int) -> Samples:
        if rows == 0:
            return np.empty((0, picture.width, picture.bands), dtype)
        with explained(name):
            data = region.fetch(0, top, picture.width, rows)
        return np.frombuffer(data, dtype).reshape(rows, picture.width, picture.bands)

    return fetch


def _upright(fetch: Fetch, shape: Shape, kept: Kept, close: ExitStack) -> tuple[Fetch, Shape]:
    """Rows of the turned picture; its samples wait in memory, or in a nameless file where they are many."""
    size, dtype, orientation = (shape.height, shape.width, shape.bands), np.dtype(kept.depth), kept.orientation
    nbytes = int(np.prod(size, dtype=np.int64)) * dtype.itemsize
    if nbytes > MEMORY_BYTES:
        # It has no name: nothing is left, even by kill -9.
        file = close.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        lying: np.ndarray = np.memmap(file, dtype, "w+", shape=size)
    else:
        lying = np.empty(size, dtype)
    filled = False

    def turned_rows(top: int, rows: int) -> Samples:
        nonlocal filled
        if not filled:
            for start in range(0, shape.height, _STRIP):
                count = min(_STRIP, shape.height - start)
                lying[start : start + count] = fetch(start, count)
            filled = True
        return np.ascontiguousarray(turn(lying, orientation)[top : top + rows])

    height, width = (shape.width, shape.height) if orientation > 4 else (shape.height, shape.width)
    return turned_rows, Shape(height=height, width=width, channels=shape.channels, has_alpha=shape.has_alpha)


def turn(samples: np.ndarray, orientation: int) -> np.ndarray:
    """A view of the picture as the EXIF orientation wants it seen.

    >>> turn(np.array([[[1], [2]]]), 6)[..., 0]
    array([[1],
           [2]])
    """
    if orientation > 4:
        samples = samples.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        samples = samples[:, ::-1]
    if orientation in (3, 4, 7, 8):
        samples = samples[::-1]
    return samples
