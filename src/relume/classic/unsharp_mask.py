"""Sharpening by what a blur takes away."""

import math
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from relume.classic._colour import luma
from relume.classic._options import above, within
from relume.classic._planes import channelwise
from relume.image import Pixels, Plane

__all__ = ["UnsharpMask"]


@dataclass(frozen=True, kw_only=True)
class UnsharpMask:
    """Soft pictures sharpened, faint noise left alone.

    picture + amount (picture - blurred picture); of RGB pictures only the lightness is sharpened. Details smaller than
    the threshold, which are mostly noise, are left alone, and larger ones count for what they exceed it by, so that
    there is no edge between the two.

    Attributes:
        amount: how much of the detail is added; 0 changes nothing.
        radius: standard deviation of the blur, in pixels.
        threshold: of the detail, in units of [0, 1].

    >>> flat = np.full((4, 4, 3), 0.5, np.float32)
    >>> bool(np.allclose(UnsharpMask()(flat), flat))
    True
    """

    task: ClassVar[str] = "enhance"
    inputs: ClassVar[tuple[str, ...]] = ("image",)
    scale: ClassVar[int] = 1

    amount: float = 0.8
    radius: float = 1.0
    threshold: float = 2 / 255

    def __post_init__(self) -> None:
        within("UnsharpMask", "amount", self.amount, low=0, high=10)
        above("UnsharpMask", "radius", self.radius, limit=0)
        within("UnsharpMask", "radius", self.radius, low=0, high=256)
        within("UnsharpMask", "threshold", self.threshold, low=0, high=1)

    @property
    def halo(self) -> int:
        """Pixels on each side that can change an output pixel."""
        return math.ceil(4 * self.radius)

    def __call__(self, pixels: Pixels) -> Pixels:
        if pixels.shape[2] != 3:
            return pixels + channelwise(self._detail, pixels)
        return pixels + self._detail(luma(pixels))[..., None]

    def _detail(self, plane: Plane) -> Plane:
        kernel = cv2.getGaussianKernel(2 * self.halo + 1, self.radius, cv2.CV_32F)
        detail = plane - cv2.sepFilter2D(plane, -1, kernel, kernel, borderType=cv2.BORDER_REFLECT_101)
        beyond = np.maximum(np.abs(detail) - np.float32(self.threshold), 0)
        return np.copysign(beyond, detail) * np.float32(self.amount)
