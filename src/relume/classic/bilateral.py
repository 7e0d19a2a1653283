"""The mean of those neighbours that look alike."""

import math
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import cv2

from relume.classic._noise import estimate_sigma
from relume.classic._options import above, within
from relume.classic._planes import filtered
from relume.image import Pixels

__all__ = ["Bilateral"]


@dataclass(frozen=True, kw_only=True)
class Bilateral:
    """Noise smoothed in even areas while strong edges stay; fine texture goes with the noise.

    Each pixel becomes a mean of its neighbours, weighted by nearness and by likeness of colour.

    Attributes:
        spatial_sigma: of the Gaussian over distances, in pixels; it is cut at two and a half of them.
        likeness: standard deviation of the Gaussian over differences of value, in standard deviations of the noise.

    Reference: Tomasi & Manduchi, "Bilateral Filtering for Gray and Color Images", ICCV 1998; the choice of `likeness`
    by the noise: Zhang & Gunturk, "Multiresolution Bilateral Filtering for Image Denoising", IEEE TIP 2008.

    >>> import numpy as np
    >>> bool(np.allclose(Bilateral()(np.ones((4, 4, 3), np.float32), sigma=0.1), 1))
    True
    """

    task: ClassVar[str] = "denoise"
    inputs: ClassVar[tuple[str, ...]] = ("image", "sigma")
    scale: ClassVar[int] = 1

    spatial_sigma: float = 1.8
    likeness: float = 2.0

    def __post_init__(self) -> None:
        within("Bilateral", "spatial_sigma", self.spatial_sigma, low=0.1, high=64)
        above("Bilateral", "likeness", self.likeness, limit=0)

    @property
    def halo(self) -> int:
        """Pixels on each side that can change an output pixel."""
        return math.ceil(2.5 * self.spatial_sigma)

    def __call__(self, pixels: Pixels, *, sigma: float | None = None) -> Pixels:
        """Restored for noise of standard deviation `sigma`, in units of [0, 1]; None estimates it from these pixels."""
        sigma = estimate_sigma(pixels) if sigma is None else sigma
        within("Bilateral", "sigma", sigma, low=0)
        if sigma == 0:
            return pixels.copy()
        return filtered(partial(self._smooth, sigma=sigma), pixels)

    def _smooth(self, pixels: Any, *, sigma: float) -> Any:
        # OpenCV adds up the differences of the channels, so noise alone makes a colour difference three times as large.
        channels = 3 if pixels.ndim == 3 and pixels.shape[2] == 3 else 1
        likeness = self.likeness * sigma * channels
        return cv2.bilateralFilter(
            pixels, 2 * self.halo + 1, likeness, self.spatial_sigma, borderType=cv2.BORDER_REFLECT_101
        )
