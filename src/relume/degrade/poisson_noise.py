"""Photon (shot) noise: true Poisson counts."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from relume.degrade._draw import Range, check, draw

__all__ = ["PoissonNoise"]


@dataclass(frozen=True, kw_only=True)
class PoissonNoise:
    """y = Poisson(photons * x) / photons: its mean is x, its variance x / photons; not clipped.

    Attributes:
        photons: counted on average where the picture is white, or the range to draw them from. 1000 is a good exposure,
            30 a dim one.
    """

    photons: float | Range = 100.0

    def __post_init__(self) -> None:
        check("photons", self.photons, low=1e-3, high=1e9)

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h w"]:
        return self.with_sigma(clean, rng)[0]

    def with_sigma(
        self, clean: Float[Tensor, "b c h w"], rng: torch.Generator
    ) -> tuple[Float[Tensor, "b c h w"], Float[Tensor, "b 1 h w"]]:
        """The degraded batch, and the standard deviation of its noise at each pixel (RMS over the channels)."""
        photons = draw(self.photons, like=clean, rng=rng)
        light = clean.clamp(min=0)  # no count is below nothing
        counts = torch.poisson(photons * light, generator=rng)
        return counts / photons, (light / photons).mean(dim=1, keepdim=True).sqrt()
