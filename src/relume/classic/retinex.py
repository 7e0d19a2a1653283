"""Multi-scale Retinex: light that varies slowly is taken out, colours stay."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import cv2
import numpy as np

from relume.classic._colour import by_lightness
from relume.classic._options import is_number, within
from relume.errors import BadInputError
from relume.image import Pixels, Plane

__all__ = ["Retinex"]

DARKEST = np.float32(1 / 256)  # below it a logarithm shows nothing but noise
SMALL_SIGMA = 8.0  # pixels; a wider blur is made on a smaller picture


@dataclass(frozen=True, kw_only=True)
class Retinex:
    """Dark parts opened and the light evened out, bright parts kept: for backlit and night pictures.

    Each pixel is judged by its surroundings: mean over scales of log(lightness / blurred lightness), then stretched.
    Applied to the lightness, with the channels scaled together: the multi-scale Retinex "with chromaticity
    preservation", which neither greys the colours nor tints them as the channel-wise one with colour restoration does.

    Attributes:
        scales: standard deviations of the surroundings, in shares of the picture's shorter side.
        spared: percent of the pixels that may be clipped at either end when the result is stretched.
        amount: 1 is the result of the paper; less of it keeps more of the light as it was.
        brightest: how many times as bright a pixel may become: a night sky stays dark, and its noise unseen.

    Reference: Jobson, Rahman & Woodell, "A multiscale retinex for bridging the gap between color images and the human
    observation of scenes", IEEE TIP 1997; chromaticity and stretching: Petro, Sbert & Morel, "Multiscale Retinex",
    IPOL 2014.

    >>> Retinex()(np.full((4, 4, 3), 0.5, np.float32)).shape
    (4, 4, 3)
    """

    task: ClassVar[str] = "enhance"
    inputs: ClassVar[tuple[str, ...]] = ("image",)
    scale: ClassVar[int] = 1

    scales: tuple[float, ...] = (0.03, 0.16, 0.5)
    spared: float = 1.0
    amount: float = 0.5
    brightest: float = 3.0

    def __post_init__(self) -> None:
        scales: Any = self.scales
        if (
            not isinstance(scales, tuple)
            or not scales
            or not all(is_number(scale) and 0 < scale <= 1 for scale in scales)
        ):
            raise BadInputError(
                f"Retinex needs scales greater than 0 and at most 1, but got {self.scales!r}. "
                "They are shares of the picture's shorter side, such as (0.03, 0.16, 0.5)."
            )
        within("Retinex", "spared", self.spared, low=0, high=20)
        within("Retinex", "amount", self.amount, low=0, high=1)
        within("Retinex", "brightest", self.brightest, low=1, high=100)

    @property
    def halo(self) -> None:
        """The surroundings and the stretch need the whole picture."""

    def __call__(self, pixels: Pixels) -> Pixels:
        return by_lightness(self._judge, pixels)

    def _judge(self, plane: Plane) -> Plane:
        light = np.maximum(plane, DARKEST)
        judged = np.zeros_like(plane)
        for scale in self.scales:
            around = blurred(light, sigma=scale * min(plane.shape))
            judged += np.log(light / np.maximum(around, DARKEST)) / np.float32(len(self.scales))
        low, high = np.percentile(judged, (self.spared, 100 - self.spared))
        if high - low < 1e-3:
            return plane  # a picture of one lightness has nothing to be judged by
        stretched = (judged - np.float32(low)) / np.float32(high - low)
        result = plane + np.float32(self.amount) * (np.clip(stretched, 0, 1) - plane)
        return np.minimum(result, np.maximum(plane * np.float32(self.brightest), plane))


def blurred(plane: Plane, *, sigma: float) -> Plane:
    """A Gaussian blur; wide ones are made on a smaller picture, where they show no difference and take no time."""
    height, width = plane.shape
    shrink = max(1, int(sigma / SMALL_SIGMA))
    size = max(1, math.ceil(width / shrink)), max(1, math.ceil(height / shrink))
    small = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
    by = sigma * size[0] / width, sigma * size[1] / height
    small = cv2.GaussianBlur(small, (0, 0), max(by[0], 1e-3), sigmaY=max(by[1], 1e-3), borderType=cv2.BORDER_REFLECT)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR).reshape(plane.shape)
