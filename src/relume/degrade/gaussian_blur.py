"""Blur by a Gaussian, round or drawn out."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from relume.degrade._draw import Range, check, draw
from relume.degrade._filter import blurred
from relume.degrade._gaussian import gaussian_kernels, radius_for

__all__ = ["GaussianBlur"]

_ANY = Range(0.0, 180.0)


@dataclass(frozen=True, kw_only=True)
class GaussianBlur:
    """y = k * x, k(u, v) ~ exp(-(u / sigma)^2 / 2 - (v / (ratio sigma))^2 / 2), u along the angle; border mirrored.

    Attributes:
        sigma: standard deviation of the kernel along its longer axis, in pixels, or the range to draw it from.
        ratio: of the shorter axis to the longer, 0 to 1; 1 is round.
        angle_degrees: of the longer axis from the rows, clockwise.
    """

    sigma: float | Range = 1.5
    ratio: float | Range = 1.0
    angle_degrees: float | Range = _ANY

    def __post_init__(self) -> None:
        check("sigma", self.sigma, low=0.0, high=100.0, hint="It is in pixels.")
        check("ratio", self.ratio, low=0.0, high=1.0)
        check("angle_degrees", self.angle_degrees, low=-360.0, high=360.0)

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h w"]:
        sigma, ratio, angle = (draw(one, like=clean, rng=rng) for one in (self.sigma, self.ratio, self.angle_degrees))
        radius = radius_for(self.sigma)
        return blurred(clean, gaussian_kernels(sigma, radius=radius, ratio=ratio, angle=angle * (math.pi / 180)))
