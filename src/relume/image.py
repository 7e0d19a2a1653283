"""The values everything speaks: Image (pixels, and what its file must keep), Box."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from jaxtyping import Float32

from relume.errors import BadInputError

Depth = Literal["uint8", "uint16", "float32"]
Pixels = Float32[np.ndarray, "h w c"]
Plane = Float32[np.ndarray, "h w"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Kept:
    """What a file has beside its pixels, and must have again when the restored picture is written.

    Attributes:
        format: "jpeg", "png", "webp", "tiff", "avif", "bmp", "gif", "npy", "dicom", "raw"; None for arrays.
        depth: of the samples in the file; the pixels in memory are always float32.
        span: the file's values that are 0 and 1 in memory: (0, 255), (0, 65535), (0, 1); (255, 0) where
            the file's 0 is the lightest; the smallest and largest value of a DICOM picture.
        colour: how the channels are meant; "cmyk" is held inverted (1 is no ink), "other" is channels without a colour.
        palette: the file had a palette (it is written as grey or RGB).
        orientation: of the EXIF tag, already applied to the pixels; what is written says 1.
        dpi: dots per inch, horizontally and vertically.
        quality: of the JPEG, WebP or AVIF it came from; None where that is unknown or lossless.
        chroma: "4:4:4", "4:2:2", "4:2:0" of the JPEG, WebP or AVIF it came from.
        bits: per sample of the file where they are not 8, 16 or 32 (a 10-bit AVIF, a 1-bit PNG).
        compression: of the file: "none", "lzw", "deflate", "lossless" … ; None where it is unknown or lossy.
        attributes: what only its own format understands (a DICOM data set, text chunks of a PNG).
        notes: what reading noticed and the picture does not show ("first of 12 frames").
    """

    format: str | None = None
    depth: Depth = "float32"
    span: tuple[float, float] = (0.0, 1.0)
    colour: Literal["grey", "rgb", "cmyk", "other"] = "rgb"
    palette: bool = False
    orientation: int = 1
    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    iptc: bytes | None = None
    dpi: tuple[float, float] | None = None
    quality: int | None = None
    chroma: str | None = None
    bits: int | None = None
    compression: str | None = None
    attributes: Any = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Image:
    """A picture: float32 pixels in [0, 1] (not clipped), its alpha, and what its file must keep.

    >>> Image(pixels=np.zeros((4, 6, 3), np.float32)).width
    6
    """

    pixels: Pixels
    alpha: Plane | None = None
    kept: Kept = field(default_factory=Kept)

    def __post_init__(self) -> None:
        if self.pixels.ndim != 3 or self.pixels.dtype != np.float32:
            raise BadInputError(
                f"Pixels are float32 of shape h w c, but came as {self.pixels.dtype} of shape {self.pixels.shape}. "
                "Use relume.Image.from_array for other arrays."
            )
        if self.alpha is not None and self.alpha.shape != self.pixels.shape[:2]:
            raise BadInputError(f"Alpha is {self.alpha.shape}, but the picture is {self.pixels.shape[:2]}.")

    @property
    def height(self) -> int:
        """In pixels."""
        return self.pixels.shape[0]

    @property
    def width(self) -> int:
        """In pixels."""
        return self.pixels.shape[1]

    @property
    def channels(self) -> int:
        """Of the pixels, without alpha."""
        return self.pixels.shape[2]

    def replace(self, pixels: Pixels, *, alpha: Plane | None = None) -> "Image":
        """The same picture with other pixels; alpha stays unless another is given."""
        return replace(self, pixels=pixels, alpha=self.alpha if alpha is None else alpha)

    def save(self, path: str | Path, **options: Any) -> list[str]:
        """Write it, atomically, in the format that the ending of `path` names; returns what could not be kept.

        Options are those of `relume.files.save`.
        """
        from relume import files  # files stands above image

        return files.save(self, path, **options)


@dataclass(frozen=True)
class Box:
    """A rectangle of pixels."""

    top: int
    left: int
    height: int
    width: int

    @property
    def window(self) -> tuple[slice, slice]:
        """Rows and columns, to index an array with."""
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)

    def scaled(self, scale: int) -> "Box":
        """The same rectangle of a picture `scale` times as large.

        >>> Box(1, 2, 3, 4).scaled(2)
        Box(top=2, left=4, height=6, width=8)
        """
        return Box(self.top * scale, self.left * scale, self.height * scale, self.width * scale)
