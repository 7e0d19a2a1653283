"""The mean of a neighbourhood, near pixels counting most."""

import math
from dataclasses import dataclass
from typing import ClassVar

import cv2

from relume.classic._options import within
from relume.classic._planes import filtered
from relume.image import Pixels

__all__ = ["Gaussian"]


@dataclass(frozen=True, kw_only=True)
class Gaussian:
    """A soft blur: noise and detail smoothed alike, gently.

    Each pixel becomes a Gaussian-weighted mean of its neighbours; pictures are mirrored at their border.

    Attributes:
        spatial_sigma: standard deviation of the Gaussian, in pixels; it is cut at four of them.

    >>> import numpy as np
    >>> bool(np.allclose(Gaussian()(np.ones((4, 4, 3), np.float32)), 1))
    True
    """

    task: ClassVar[str] = "denoise"
    inputs: ClassVar[tuple[str, ...]] = ("image",)
    scale: ClassVar[int] = 1

    spatial_sigma: float = 0.8

    def __post_init__(self) -> None:
        within("Gaussian", "spatial_sigma", self.spatial_sigma, low=0, high=256)

    @property
    def halo(self) -> int:
        """Pixels on each side that can change an output pixel."""
        return math.ceil(4 * self.spatial_sigma)

    def __call__(self, pixels: Pixels) -> Pixels:
        if self.spatial_sigma == 0:
            return pixels.copy()
        # Sizes and kernels are spelled out: OpenCV's own choice of the kernel's size depends on the depth.
        kernel = cv2.getGaussianKernel(2 * self.halo + 1, self.spatial_sigma, cv2.CV_32F)
        return filtered(lambda x: cv2.sepFilter2D(x, -1, kernel, kernel, borderType=cv2.BORDER_REFLECT_101), pixels)
