"""Too bright, too dark, too flat."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from relume.degrade._draw import Range, check, draw

__all__ = ["Brightness"]

_GAINS = Range(0.5, 1.5)


@dataclass(frozen=True, kw_only=True)
class Brightness:
    """y = gain * x + shift, not clipped.

    Attributes:
        gain: factor, or the range to draw it from for each picture.
        shift: in units of [0, 1], or the range to draw it from; above 0 it lifts the black, which looks flat.
    """

    gain: float | Range = _GAINS
    shift: float | Range = 0.0

    def __post_init__(self) -> None:
        check("gain", self.gain, low=0.0, high=100.0)
        check("shift", self.shift, low=-1.0, high=1.0)

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h w"]:
        gain, shift = (draw(one, like=clean, rng=rng) for one in (self.gain, self.shift))
        return gain * clean + shift
