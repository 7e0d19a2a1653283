"""A smaller picture, by the kernel that one chooses."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from relume.degrade._draw import check_choice, check_whole
from relume.degrade._resample import KernelName, smaller

__all__ = ["Downscale"]


@dataclass(frozen=True, kw_only=True)
class Downscale:
    """Each pixel is the weighted mean of `scale` × `scale` pixels (area) or of a wider neighbourhood; not clipped.

    Height and width that are no multiples of `scale` are rounded up; crop them first to have pairs.

    Attributes:
        scale: how many times smaller, 1 to 16.
        kernel: "area", "bilinear", "bicubic" or "lanczos" (three lobes), widened by `scale` against aliasing.
    """

    scale: int = 2
    kernel: KernelName = "area"

    def __post_init__(self) -> None:
        check_whole("scale", self.scale, low=1, high=16)
        check_choice("kernel", self.kernel, KernelName)

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c hh ww"]:
        del rng  # nothing is drawn
        return smaller(clean, self.scale, kernel=self.kernel)
