"""The median of a square."""

from dataclasses import dataclass
from typing import Any, ClassVar

import cv2
import numpy as np

from relume.classic._options import whole
from relume.classic._planes import channelwise, filtered
from relume.image import Pixels, Plane

__all__ = ["Median"]

OPENCV_RADIUS = 2  # beyond it OpenCV's median takes 8-bit pictures only
STRIP_BYTES = 64 << 20


@dataclass(frozen=True, kw_only=True)
class Median:
    """Specks and single wrong pixels removed, edges kept, fine lines lost.

    Each value becomes the median of the square around it, channel by channel; the border is repeated. Removes single
    wrong pixels and keeps edges; `adaptive_median` does the former without touching the other pixels.

    Attributes:
        radius: half the side of the square, in pixels; 1 is 3 by 3. Beyond 2 it is slow.

    >>> Median()(np.float32([[[0], [9], [1]]]))[0, :, 0]
    array([0., 1., 1.], dtype=float32)
    """

    task: ClassVar[str] = "denoise"
    inputs: ClassVar[tuple[str, ...]] = ("image",)
    scale: ClassVar[int] = 1

    radius: int = 1

    def __post_init__(self) -> None:
        whole("Median", "radius", self.radius, low=0, high=16)

    @property
    def halo(self) -> int:
        """Pixels on each side that can change an output pixel."""
        return self.radius

    def __call__(self, pixels: Pixels) -> Pixels:
        if self.radius == 0:
            return pixels.copy()
        if self.radius <= OPENCV_RADIUS:
            return filtered(lambda x: cv2.medianBlur(x, 2 * self.radius + 1), pixels)
        return channelwise(self._large, pixels)

    def _large(self, plane: Plane) -> Plane:
        side = 2 * self.radius + 1
        padded = np.pad(plane, self.radius, mode="edge")
        windows: Any = np.lib.stride_tricks.sliding_window_view(padded, (side, side))
        result = np.empty_like(plane)
        rows = max(1, STRIP_BYTES // (plane.shape[1] * side**2 * plane.itemsize))
        for top in range(0, plane.shape[0], rows):
            strip = windows[top : top + rows]
            middle = side**2 // 2
            result[top : top + rows] = np.partition(strip.reshape(*strip.shape[:2], -1), middle, axis=2)[..., middle]
        return result
