"""Impulses: pixels that are white or black, whatever was there."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from relume.degrade._draw import Range, check, draw

__all__ = ["SaltPepperNoise"]


@dataclass(frozen=True, kw_only=True)
class SaltPepperNoise:
    """y = 1 (salt) or 0 (pepper) with probability `share`, else x.

    Attributes:
        share: of the pixels that are hit, or the range to draw it from.
        salt: share of the hit pixels that turn white; the others turn black.
        per_channel: each channel is hit on its own (dead sensor cells), not whole pixels (dust).
    """

    share: float | Range = 0.05
    salt: float | Range = 0.5
    per_channel: bool = False

    def __post_init__(self) -> None:
        check("share", self.share, low=0.0, high=1.0)
        check("salt", self.salt, low=0.0, high=1.0)

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h w"]:
        share = draw(self.share, like=clean, rng=rng)
        salt = draw(self.salt, like=clean, rng=rng)
        shape = clean.shape if self.per_channel else (len(clean), 1, *clean.shape[2:])
        even = torch.rand(shape, generator=rng, device=clean.device, dtype=clean.dtype)
        peppered = torch.where(even < share * (1 - salt), 0.0, clean)
        return torch.where(even >= 1 - share * salt, 1.0, peppered)
