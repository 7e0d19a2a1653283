"""Whether a picture is, or once was, a JPEG, and of what quality."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from relume.assess import _grid, _luminance, _sample
from relume.image import Image, Kept

__all__ = ["Jpeg"]


@dataclass(frozen=True, kw_only=True)
class JpegFindings:
    """What JPEG compression left behind.

    Attributes:
        quality_file: 1 to 100, from the quantisation tables of the file; None when it is no JPEG.
        quality_pixels: 1 to 95, from the steps that the pixels' DCT coefficients keep; None when there are none to see
            (never compressed, compressed above about 92, or changed since).
        grid: top and left offset, in pixels, of the first whole 8 x 8 block; (0, 0) unless the picture was cropped.
        blockiness: mean jump across block edges over the mean jump elsewhere; 1 is none. None without a grid.
    """

    quality_file: int | None
    quality_pixels: int | None
    grid: tuple[int, int] | None
    blockiness: float | None

    @property
    def summary(self) -> str:
        """One line for a photographer."""
        if self.quality_file is not None:
            worse = self.quality_pixels is not None and self.quality_pixels < self.quality_file - 10
            before = f", but was saved at about quality {self.quality_pixels} before" if worse else ""
            return f"JPEG of quality {self.quality_file}{before}"
        if self.quality_pixels is None:
            return "no trace of JPEG compression"
        shifted = "" if self.grid == (0, 0) else ", cropped since"
        return f"was a JPEG of about quality {self.quality_pixels}{shifted}"


@dataclass(frozen=True, kw_only=True)
class Jpeg:
    """JPEG quality from the file's tables and from the pixels.

    >>> import numpy as np
    >>> Jpeg()(Image(pixels=np.random.default_rng(0).random((64, 64, 3), np.float32))).summary
    'no trace of JPEG compression'
    """

    def __call__(self, image: Image) -> JpegFindings:
        return estimate([image.pixels], quality_of(image.kept))


def quality_of(kept: Kept) -> int | None:
    """By the tables of a JPEG file; None for what is none."""
    return kept.quality if kept.format == "jpeg" else None


def estimate(crops: Sequence[_sample.Crop], quality_file: int | None = None) -> JpegFindings:
    """From parts of one picture, cut at multiples of 8 pixels."""
    planes = [_luminance.of(window) * 255 for window in _sample.spread(crops, pixels=600_000)]
    found = _grid.find(planes) if all(np.isfinite(plane).all() for plane in planes) else None
    if found is None:
        return JpegFindings(quality_file=quality_file, quality_pixels=None, grid=None, blockiness=None)
    return JpegFindings(
        quality_file=quality_file,
        quality_pixels=found.quality,
        grid=(found.top, found.left),
        blockiness=_grid.blockiness(planes, found),
    )
