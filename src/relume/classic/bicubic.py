"""Upscaling by Keys's cubic."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float32

from relume.classic._options import whole
from relume.classic._resample import CUBIC, resize

__all__ = ["Bicubic"]


@dataclass(frozen=True, kw_only=True)
class Bicubic:
    """A larger picture, smooth and without surprises; no detail is added.

    Bicubic interpolation (a = -1/2), as MATLAB's imresize makes it. Pixels are areas: the corners of both pictures
    coincide. Beyond its border the picture is mirrored.

    Attributes:
        scale: how many times as high and as wide, a whole number from 2 to 8.

    Reference: Keys, "Cubic convolution interpolation for digital image processing", IEEE TASSP 1981.

    >>> Bicubic(scale=3)(np.zeros((2, 4, 3), np.float32)).shape
    (6, 12, 3)
    """

    task: ClassVar[str] = "upscale"
    inputs: ClassVar[tuple[str, ...]] = ("image",)

    scale: int = 2

    def __post_init__(self) -> None:
        whole("Bicubic", "scale", self.scale, low=2, high=8)

    @property
    def halo(self) -> int:
        """Input pixels on each side that can change an output pixel."""
        return CUBIC.radius

    def __call__(self, pixels: Float32[np.ndarray, "h w c"]) -> Float32[np.ndarray, "{self.scale}*h {self.scale}*w c"]:
        height, width, _ = pixels.shape
        return resize(pixels, height * self.scale, width * self.scale, kernel=CUBIC)
