"""Noise that grows with the signal, as in radar, ultrasound and holograms."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from relume.degrade._draw import Range, check, draw, normal

__all__ = ["SpeckleNoise"]


@dataclass(frozen=True, kw_only=True)
class SpeckleNoise:
    """y = x + sigma * x * n, n ~ N(0, 1), not clipped.

    Attributes:
        sigma: standard deviation where the picture is white, or the range to draw it from for each picture.

    Reference: Lee, "Speckle Analysis and Smoothing of Synthetic Aperture Radar Images", CGIP 1981.
    """

    sigma: float | Range = 0.2

    def __post_init__(self) -> None:
        check("sigma", self.sigma, low=0.0, high=2.0, hint="It is relative: 0.2 is a fifth of the signal.")

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h w"]:
        return self.with_sigma(clean, rng)[0]

    def with_sigma(
        self, clean: Float[Tensor, "b c h w"], rng: torch.Generator
    ) -> tuple[Float[Tensor, "b c h w"], Float[Tensor, "b 1 h w"]]:
        """The degraded batch, and the standard deviation of its noise at each pixel (RMS over the channels)."""
        sigma = draw(self.sigma, like=clean, rng=rng)
        strength = sigma * clean
        return clean + strength * normal(clean, rng), strength.square().mean(dim=1, keepdim=True).sqrt()
