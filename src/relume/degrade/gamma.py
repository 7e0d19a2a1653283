"""A wrong tone curve."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from relume.degrade._draw import Range, check, draw

__all__ = ["Gamma"]

_GAMMAS = Range(0.5, 2.5)
_BLACK = 1e-6  # below it a power of less than one has no slope that numbers could hold


@dataclass(frozen=True, kw_only=True)
class Gamma:
    """y = x^gamma; black and white stay, values below black become black.

    Attributes:
        gamma: exponent, or the range to draw it from for each picture; above 1 the middle gets darker.
    """

    gamma: float | Range = _GAMMAS

    def __post_init__(self) -> None:
        check("gamma", self.gamma, low=0.05, high=20.0)

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h w"]:
        powers = clean.clamp(min=_BLACK) ** draw(self.gamma, like=clean, rng=rng)
        return torch.where(clean > _BLACK, powers, 0.0)
