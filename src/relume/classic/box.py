"""The mean of a square."""

from dataclasses import dataclass
from typing import ClassVar

import cv2

from relume.classic._options import whole
from relume.classic._planes import filtered
from relume.image import Pixels

__all__ = ["Box"]


@dataclass(frozen=True, kw_only=True)
class Box:
    """The plainest blur: noise and detail smoothed alike, fast.

    Each pixel becomes the mean of the square around it; pictures are mirrored at their border.

    Attributes:
        radius: half the side of the square, in pixels; 1 is 3 by 3.

    >>> import numpy as np
    >>> Box(radius=1)(np.eye(3, dtype=np.float32)[..., None])[1, 1, 0] * 9
    np.float32(3.0)
    """

    task: ClassVar[str] = "denoise"
    inputs: ClassVar[tuple[str, ...]] = ("image",)
    scale: ClassVar[int] = 1

    radius: int = 1

    def __post_init__(self) -> None:
        whole("Box", "radius", self.radius, low=0, high=256)

    @property
    def halo(self) -> int:
        """Pixels on each side that can change an output pixel."""
        return self.radius

    def __call__(self, pixels: Pixels) -> Pixels:
        side = 2 * self.radius + 1
        return filtered(lambda x: cv2.boxFilter(x, -1, (side, side), borderType=cv2.BORDER_REFLECT_101), pixels)
