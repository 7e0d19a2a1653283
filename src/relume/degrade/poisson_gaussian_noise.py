"""Photon (shot) noise with electronic (read) noise."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from relume.degrade._draw import Range, check, draw, normal

__all__ = ["PoissonGaussianNoise"]


@dataclass(frozen=True, kw_only=True)
class PoissonGaussianNoise:
    """y = x + sqrt(shot * x + read^2) * n, n ~ N(0, 1), not clipped: the Gaussian form of Poisson-Gaussian noise.

    Attributes:
        shot: variance per unit of brightness (1 / photons at white); 0.01 is a dim exposure.
        read: standard deviation in black, in units of [0, 1].

    Reference: Foi et al., "Practical Poissonian-Gaussian Noise Modeling and Fitting for Single-Image Raw-Data",
    IEEE TIP 2008.
    """

    shot: float | Range = 0.01
    read: float | Range = 2 / 255

    def __post_init__(self) -> None:
        check("shot", self.shot, low=0.0, high=10.0)
        check("read", self.read, low=0.0, high=1.0, hint="It is in units of [0, 1]: 2/255 is two grey levels of 255.")

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h w"]:
        return self.with_sigma(clean, rng)[0]

    def with_sigma(
        self, clean: Float[Tensor, "b c h w"], rng: torch.Generator
    ) -> tuple[Float[Tensor, "b c h w"], Float[Tensor, "b 1 h w"]]:
        """The degraded batch, and the standard deviation of its noise at each pixel (RMS over the channels)."""
        shot = draw(self.shot, like=clean, rng=rng)
        read = draw(self.read, like=clean, rng=rng)
        variance = shot * clean.clamp(min=0) + read**2
        return clean + variance.sqrt() * normal(clean, rng), variance.mean(dim=1, keepdim=True).sqrt()
