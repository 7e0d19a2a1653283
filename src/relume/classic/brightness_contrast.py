"""A straight line."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from relume.classic._options import within
from relume.image import Pixels

__all__ = ["BrightnessContrast"]

STRONGEST = 3.0  # what `contrast=None` goes up to
SPARED = 0.5  # percent of the pixels that `None` may push beyond either end


@dataclass(frozen=True, kw_only=True)
class BrightnessContrast:
    """Brighter or darker, flatter or crisper all over; by itself, a flat picture stretched to the full range.

    (value - 1/2) contrast + 1/2 + brightness, the same line for all channels: greys stay grey. What is not given is
    chosen from the picture: both None stretch its values over the whole range but for 0.5 % of the pixels at either
    end, by no more than three times.

    Attributes:
        brightness: added, in units of [0, 1]; from -1 to 1.
        contrast: slope; 1 changes nothing; from 0 to 10.

    >>> BrightnessContrast(brightness=0.0, contrast=2.0)(np.float32([[[0.6]]])).round(3)
    array([[[0.7]]], dtype=float32)
    """

    task: ClassVar[str] = "enhance"
    inputs: ClassVar[tuple[str, ...]] = ("image",)
    scale: ClassVar[int] = 1

    brightness: float | None = None
    contrast: float | None = None

    def __post_init__(self) -> None:
        if self.brightness is not None:
            within("BrightnessContrast", "brightness", self.brightness, low=-1, high=1)
        if self.contrast is not None:
            within("BrightnessContrast", "contrast", self.contrast, low=0, high=10)

    @property
    def halo(self) -> int | None:
        """None while something is chosen from the whole picture."""
        return None if self.brightness is None or self.contrast is None else 0

    def __call__(self, pixels: Pixels) -> Pixels:
        slope, offset = self._line(pixels)
        result = pixels * np.float32(slope)
        result += np.float32(offset)
        return result

    def _line(self, pixels: Pixels) -> tuple[float, float]:
        """Slope, and what is added."""
        if self.brightness is not None and self.contrast is not None:
            return self.contrast, 0.5 - 0.5 * self.contrast + self.brightness
        # Of each pixel's darkest and brightest channel, so that no colour is clipped.
        dark = float(np.percentile(pixels.min(axis=2), SPARED))
        bright = float(np.percentile(pixels.max(axis=2), 100 - SPARED))
        if self.contrast is not None:
            return self.contrast, 0.5 - self.contrast * (dark + bright) / 2
        if self.brightness is not None:
            # The steepest line through its fixed point that keeps both ends inside.
            reach = max(abs(dark - 0.5), abs(bright - 0.5))
            slope = min(max((0.5 - abs(self.brightness)) / max(reach, 1e-6), 1.0), STRONGEST)
            return slope, 0.5 - 0.5 * slope + self.brightness
        slope = min(1 / max(bright - dark, 1e-6), STRONGEST)
        # A stretch that is held back keeps the picture's place between black and white.
        spare = 1 - slope * (bright - dark)
        place = dark / max(dark + 1 - bright, 1e-6)
        return slope, spare * place - slope * dark
