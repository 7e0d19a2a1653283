"""How many pixels a picture has, and how much detail they hold."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64

from relume.assess import _luminance, _sample
from relume.image import Image

__all__ = ["Resolution"]

_SIDE = 128  # of the windows whose spectrum is taken, in pixels
_DROP = 2e-2  # of the power that natural pictures would have there
_ROUNDING = 0.4 / 255  # standard deviation of what 8 bits add, and a little more
_USUAL_DPI = 300.0


@dataclass(frozen=True, kw_only=True)
class ResolutionFindings:
    """Size, print size, and the finest detail.

    Attributes:
        megapixels: height times width, in millions.
        dpi: dots per inch, horizontally and vertically, as the file says; None where it does not.
        print_cm: width and height of a print, in centimetres, at the file's dpi, or 300 where it names none.
        detail: finest detail over the finest that these pixels could hold, 0 to 1; None when too small to tell. Noise
            counts as detail.
        effective_megapixels: how many pixels would hold all there is to see.
    """

    height: int
    width: int
    megapixels: float
    dpi: tuple[float, float] | None
    print_cm: tuple[float, float]
    detail: float | None
    effective_megapixels: float | None

    @property
    def summary(self) -> str:
        """One line for a photographer."""
        size = f"{self.width} x {self.height}, {self.megapixels:.{1 if self.megapixels >= 0.1 else 3}f} megapixels"
        if self.detail is None or self.effective_megapixels is None:
            return f"{size}; detail: too small to tell"
        if self.detail > 0.8:
            return f"{size}, detail down to the pixel"
        return f"{size}, enlarged or blurred: one {1 / self.detail:.1f} times smaller each way would show as much"


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """Pixels, print size and effective resolution.

    >>> Resolution()(Image(pixels=np.zeros((300, 600, 1), np.float32))).print_cm
    (5.08, 2.54)
    """

    def __call__(self, image: Image) -> ResolutionFindings:
        megapixels = image.height * image.width / 1e6
        across, down = image.kept.dpi or (_USUAL_DPI, _USUAL_DPI)
        detail = _detail(image)
        return ResolutionFindings(
            height=image.height,
            width=image.width,
            megapixels=megapixels,
            dpi=image.kept.dpi,
            print_cm=(round(image.width / across * 2.54, 3), round(image.height / down * 2.54, 3)),
            detail=detail,
            effective_megapixels=None if detail is None else megapixels * detail**2,
        )


def _detail(image: Image) -> float | None:
    """Where the spectrum ends, over the highest frequency that pixels can hold."""
    tiles = [tile for window in _sample.spread([image.pixels]) for tile in _tiles(_luminance.of(window))]
    if not tiles:
        return None
    hann = np.outer(np.hanning(_SIDE), np.hanning(_SIDE))
    power = np.mean([np.abs(np.fft.fft2((tile - tile.mean()) * hann)) ** 2 for tile in tiles], axis=0)
    rounding = 3 * _ROUNDING**2 * float((hann**2).sum())
    ends = [_end(power[:, :3].sum(1) - rounding), _end(power[:3].sum(0) - rounding)]
    known = [end for end in ends if end is not None]
    return max(known) if known else None


def _tiles(plane: Float32[np.ndarray, "h w"]) -> list[Float32[np.ndarray, "s s"]]:
    rows, columns = plane.shape[0] // _SIDE, plane.shape[1] // _SIDE
    places = [(row * _SIDE, column * _SIDE) for row in range(rows) for column in range(columns)]
    return [plane[top : top + _SIDE, left : left + _SIDE] for top, left in places]


def _end(power: Float64[np.ndarray, " s"]) -> float | None:
    """Highest frequency, 1 at the limit of the pixels, with power worth speaking of; None for a flat picture."""
    half = np.convolve(np.pad(power[1 : _SIDE // 2], 2, mode="edge"), np.ones(5) / 5, mode="valid")
    place = np.arange(1, _SIDE // 2)
    natural = half * place**2.0  # natural spectra fall with the square of frequency
    usual = float(np.median(natural[2:12]))
    if usual <= 1e-7 or not math.isfinite(usual):
        return None
    below = np.flatnonzero(natural[12:] < _DROP * usual)
    return float(place[12 + below[0]] / (_SIDE // 2 - 1)) if len(below) else 1.0
