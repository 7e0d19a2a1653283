"""Upscaling by the three-lobed Lanczos kernel."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float32

from relume.classic._options import whole
from relume.classic._resample import LANCZOS3, resize

__all__ = ["Lanczos"]


@dataclass(frozen=True, kw_only=True)
class Lanczos:
    """A larger picture, a little sharper than bicubic, with faint halos at hard edges; no detail is added.

    Lanczos-3 interpolation. Pixels are areas: the corners of both pictures coincide. Beyond its border the picture is
    mirrored.

    Attributes:
        scale: how many times as high and as wide, a whole number from 2 to 8.

    Reference: Duchon, "Lanczos Filtering in One and Two Dimensions", J. Appl. Meteorology 1979.

    >>> Lanczos(scale=3)(np.zeros((2, 4, 3), np.float32)).shape
    (6, 12, 3)
    """

    task: ClassVar[str] = "upscale"
    inputs: ClassVar[tuple[str, ...]] = ("image",)

    scale: int = 2

    def __post_init__(self) -> None:
        whole("Lanczos", "scale", self.scale, low=2, high=8)

    @property
    def halo(self) -> int:
        """Input pixels on each side that can change an output pixel."""
        return LANCZOS3.radius

    def __call__(self, pixels: Float32[np.ndarray, "h w c"]) -> Float32[np.ndarray, "{self.scale}*h {self.scale}*w c"]:
        height, width, _ = pixels.shape
        return resize(pixels, height * self.scale, width * self.scale, kernel=LANCZOS3)
