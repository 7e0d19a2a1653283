"""Gaussian noise with a grain: neighbouring pixels err together."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from relume.degrade._draw import Range, chance, check, draw
from relume.degrade._filter import inside
from relume.degrade._gaussian import gaussian_kernels, radius_for

__all__ = ["CorrelatedNoise"]

_SIGMAS, _GRAINS = Range(5 / 255, 30 / 255), Range(0.4, 1.2)


@dataclass(frozen=True, kw_only=True)
class CorrelatedNoise:
    """y = x + sigma * (k * n) / |k|, n ~ N(0, 1), k a Gaussian kernel; not clipped. |k| keeps the standard deviation.

    Film grain, noise after demosaicing, resizing or a camera's own denoising looks so.

    Attributes:
        sigma: standard deviation in units of [0, 1], or the range to draw it from for each picture and channel.
        grain: standard deviation of the kernel in pixels, or the range to draw it from for each picture; the noise is
            white at 0.3 and less.
        grey: share of the pictures whose channels have one noise in common.
    """

    sigma: float | Range = _SIGMAS
    grain: float | Range = _GRAINS
    grey: float = 0.0

    def __post_init__(self) -> None:
        check("sigma", self.sigma, low=0.0, high=1.0, hint='The usual "sigma 25" is 25/255.')
        check("grain", self.grain, low=0.0, high=50.0, hint="It is in pixels.")
        check("grey", self.grey, low=0.0, high=1.0, hint="It is a share of the pictures.")

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h w"]:
        return self.with_sigma(clean, rng)[0]

    def with_sigma(
        self, clean: Float[Tensor, "b c h w"], rng: torch.Generator
    ) -> tuple[Float[Tensor, "b c h w"], Float[Tensor, "b 1 h w"]]:
        """The degraded batch, and the standard deviation of its noise at each pixel (RMS over the channels)."""
        b, c, h, w = clean.shape
        sigma = draw(self.sigma, like=clean.reshape(b * c, 1, h, w), rng=rng).view(b, c, 1, 1)
        radius = radius_for(self.grain)
        kernels = gaussian_kernels(draw(self.grain, like=clean, rng=rng), radius=radius)
        shape = (b, c, h + 2 * radius, w + 2 * radius)
        white = torch.randn(shape, generator=rng, device=clean.device, dtype=clean.dtype)
        grey = chance(self.grey, like=clean, rng=rng)
        if grey is not False:
            white = white[:, :1].expand_as(white) if grey is True else torch.where(grey, white[:, :1], white)
        flat = kernels / kernels.square().sum(dim=(1, 2), keepdim=True).sqrt()
        noise = inside(white, flat)
        told = sigma.square().mean(dim=1, keepdim=True).sqrt().expand(-1, 1, h, w)
        return clean + sigma * noise, told
