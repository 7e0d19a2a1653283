"""A smaller picture, made as the benchmarks of super-resolution make theirs."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from relume.degrade._draw import check_whole
from relume.degrade._resample import smaller

__all__ = ["BicubicDownscale"]


@dataclass(frozen=True, kw_only=True)
class BicubicDownscale:
    """MATLAB's imresize(x, 1/scale): Keys's cubic (a = -1/2) widened by `scale` against aliasing; not clipped.

    Height and width that are no multiples of `scale` are rounded up, as MATLAB does; crop them first to have pairs.

    Attributes:
        scale: how many times smaller, 1 to 16.

    Reference: Keys, "Cubic convolution interpolation for digital image processing", IEEE TASSP 1981.
    """

    scale: int = 2

    def __post_init__(self) -> None:
        check_whole("scale", self.scale, low=1, high=16)

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c hh ww"]:
        del rng  # nothing is drawn
        return smaller(clean, self.scale, kernel="bicubic")
