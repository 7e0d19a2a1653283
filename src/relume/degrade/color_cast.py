"""A wrong white balance."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from relume.degrade._camera import GAMMA
from relume.degrade._draw import Range, check, draw

__all__ = ["ColorCast"]

_EITHER_WAY = Range(-1.0, 1.0)
# How much each channel adds to what the eye takes for brightness (IEC 61966-2-1).
_LUMINANCE = (0.2126, 0.7152, 0.0722)


@dataclass(frozen=True, kw_only=True)
class ColorCast:
    """y_c = gain_c x_c, not clipped; the gains act on linear light (gamma 2.2) and keep the luminance of grey.

    A grey picture, or one of any number of channels but three, stays as it is.

    Attributes:
        warmth: stops of light between red and blue, or the range to draw them from for each picture; above 0 is amber.
        tint: stops of light between green and both others; above 0 is green, below magenta.
    """

    warmth: float | Range = _EITHER_WAY
    tint: float | Range = 0.0

    def __post_init__(self) -> None:
        check("warmth", self.warmth, low=-8.0, high=8.0, hint="It is in stops: 1 is twice the light.")
        check("tint", self.tint, low=-8.0, high=8.0, hint="It is in stops: 1 is twice the light.")

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h w"]:
        warmth, tint = (draw(one, like=clean, rng=rng) for one in (self.warmth, self.tint))
        if clean.shape[1] != 3:
            return clean.clone()
        gains = torch.exp(math.log(2) * torch.cat([warmth / 2, tint, -warmth / 2], dim=1))
        gains = gains / (gains * clean.new_tensor(_LUMINANCE).view(3, 1, 1)).sum(dim=1, keepdim=True)
        return clean * gains ** (1 / GAMMA)
