"""Additive white Gaussian noise."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from relume.degrade._draw import Range, check, draw, normal

__all__ = ["GaussianNoise"]


@dataclass(frozen=True, kw_only=True)
class GaussianNoise:
    """y = x + sigma * n, n ~ N(0, 1), not clipped; one sigma per image of the batch.

    Attributes:
        sigma: standard deviation, or the range to draw it from, in units of [0, 1] (the usual "sigma 25" is 25/255).
    """

    sigma: float | Range = 25 / 255

    def __post_init__(self) -> None:
        check("sigma", self.sigma, low=0.0, high=1.0, hint='The usual "sigma 25" is 25/255.')

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h w"]:
        return self.with_sigma(clean, rng)[0]

    def with_sigma(
        self, clean: Float[Tensor, "b c h w"], rng: torch.Generator
    ) -> tuple[Float[Tensor, "b c h w"], Float[Tensor, "b 1 h w"]]:
        """The degraded batch, and the standard deviation of its noise at each pixel."""
        sigma = draw(self.sigma, like=clean, rng=rng)
        return clean + sigma * normal(clean, rng), sigma.expand(-1, 1, *clean.shape[2:])
