"""Too few levels: bands where there were gradients."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from relume.degrade._draw import Range, check, draw_whole
from relume.degrade._rounding import through

__all__ = ["Quantize"]


@dataclass(frozen=True, kw_only=True)
class Quantize:
    """y = round((levels - 1) x) / (levels - 1), clipped to [0, 1]; the gradient takes the rounding for the identity.

    Attributes:
        levels: how many there are, 2 to 65536, or the range to draw them from for each picture.
    """

    levels: float | Range = 16.0

    def __post_init__(self) -> None:
        check("levels", self.levels, low=2.0, high=65536.0)

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h w"]:
        steps = draw_whole(self.levels, like=clean, rng=rng) - 1
        clipped = clean.clamp(0, 1)
        return through((clipped.detach() * steps).round() / steps, clipped)
