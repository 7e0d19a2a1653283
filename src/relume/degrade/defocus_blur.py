"""Blur of a lens that is out of focus."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from relume.degrade._draw import Range, check, draw
from relume.degrade._filter import blurred, normalised, plane

__all__ = ["DefocusBlur"]


@dataclass(frozen=True, kw_only=True)
class DefocusBlur:
    """y = k * x, k an even disc (the image of a round aperture) whose rim is one pixel soft; border mirrored.

    Attributes:
        radius: of the disc, in pixels, or the range to draw it from; 0.5 and less leave the picture as it is.
    """

    radius: float | Range = 3.0

    def __post_init__(self) -> None:
        check("radius", self.radius, low=0.0, high=200.0, hint="It is in pixels.")

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h w"]:
        radius = draw(self.radius, like=clean, rng=rng).view(-1, 1, 1).clamp(min=0.5)
        largest = self.radius.high if isinstance(self.radius, Range) else self.radius
        down, right = plane(math.ceil(largest + 0.5), clean)
        # The share of a pixel inside the circle is about how far its middle lies inside of the rim.
        covered = (radius + 0.5 - (down**2 + right**2).sqrt()).clamp(0, 1)
        return blurred(clean, normalised(covered))
