"""Exposure, contrast and colour cast."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from relume.assess import _luminance, _sample
from relume.image import Image

__all__ = ["Light"]


@dataclass(frozen=True, kw_only=True)
class LightFindings:
    """Brightness as stored (gamma-coded), 0 is black and 1 is white.

    Attributes:
        mean: of luminance.
        percentiles: of luminance, at 1, 25, 50, 75 and 99 %.
        clipped_dark: share of pixels of which all channels are black.
        clipped_bright: share of pixels of which at least one channel is at its limit.
        contrast: standard deviation of luminance.
        range_stops: between the 0.5 % and the 99.5 % percentile in linear light, in factors of two (12 at most).
        cast: red minus green and blue minus green of the tones nearest to grey; None unless there are three channels.
    """

    mean: float
    percentiles: tuple[float, ...]
    clipped_dark: float
    clipped_bright: float
    contrast: float
    range_stops: float
    cast: tuple[float, float] | None

    @property
    def summary(self) -> str:
        """One line for a photographer."""
        words = [self._exposure(), self._contrast()]
        if self.clipped_bright > 0.01:
            words.append(f"{self.clipped_bright:.0%} of it blown out")
        if self.clipped_dark > 0.01:
            words.append(f"{self.clipped_dark:.0%} of it black")
        tint = self._tint()
        return ", ".join([*words, *([tint] if tint else [])])

    def _exposure(self) -> str:
        if self.mean < 0.2:
            return "dark"
        return "bright" if self.mean > 0.72 else "well exposed"

    def _contrast(self) -> str:
        spread = self.percentiles[-1] - self.percentiles[0]
        return "flat" if spread < 0.45 else "low contrast" if spread < 0.65 else "full contrast"

    def _tint(self) -> str:
        if self.cast is None or math.hypot(*self.cast) < 0.05:
            return ""
        red, blue = self.cast
        if red * blue > 0:
            return "magenta cast" if red > 0 else "green cast"
        return "warm cast" if red > blue else "cool cast"


@dataclass(frozen=True, kw_only=True)
class Light:
    """Exposure and contrast.

    >>> Light()(Image(pixels=np.full((4, 4, 3), 0.1, np.float32))).summary
    'dark, flat'
    """

    def __call__(self, image: Image) -> LightFindings:
        pixels = _visible(image)
        luminance = np.clip(_luminance.of(pixels[None])[0], 0, 1).astype(np.float64)
        dark, bright = np.quantile(luminance, (0.005, 0.995))
        return LightFindings(
            mean=float(luminance.mean()),
            percentiles=tuple(float(p) for p in np.quantile(luminance, (0.01, 0.25, 0.5, 0.75, 0.99))),
            clipped_dark=float((pixels.max(1) <= 0.5 / 255).mean()),
            clipped_bright=float((pixels.max(1) >= 1 - 0.5 / 255).mean()),
            contrast=float(luminance.std()),
            range_stops=math.log2(max(_linear(float(bright)), 2**-12) / max(_linear(float(dark)), 2**-12)),
            cast=_cast(pixels) if image.channels == 3 else None,
        )


def _visible(image: Image) -> Float32[np.ndarray, "n c"]:
    """A sample of the pixels, without those that are wholly transparent: their colour is nobody's business."""
    pixels = np.concatenate([window.reshape(-1, image.channels) for window in _sample.spread([image.pixels])])
    if image.alpha is None:
        return pixels
    seen = np.concatenate([window.reshape(-1) for window in _sample.spread([image.alpha[..., None]])]) > 0
    return pixels[seen] if seen.any() else pixels


def _linear(value: float) -> float:
    """Light of a stored sRGB value."""
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _cast(pixels: np.ndarray) -> tuple[float, float]:
    """Of the tenth of the mid-tones that has the least colour: things that are grey show the colour of the light."""
    middle = pixels[(pixels.min(1) > 0.1) & (pixels.max(1) < 0.95)]
    if len(middle) == 0:
        return 0.0, 0.0
    colour = (middle.max(1) - middle.min(1)) / middle.max(1)
    calm = middle[colour <= np.quantile(colour, 0.1)].astype(np.float64).mean(0)
    return float(calm[0] - calm[1]), float(calm[2] - calm[1])
