"""Another size, drawn for each batch."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from relume.degrade._draw import Range, check
from relume.degrade._resample import KernelName, resized

__all__ = ["RandomResize"]

_FACTORS = Range(0.3, 1.5)


@dataclass(frozen=True, kw_only=True)
class RandomResize:
    """y = resized(x), by a factor and a kernel drawn for each batch; back at the old size again, unless told otherwise.

    Attributes:
        factor: of the sides, or the range to draw it from.
        back: the result has the size of x; otherwise the next part of a chain sees the other size.

    Reference: Wang et al., "Real-ESRGAN", ICCVW 2021.
    """

    factor: float | Range = _FACTORS
    back: bool = True

    def __post_init__(self) -> None:
        check("factor", self.factor, low=0.02, high=8.0)

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h2 w2"]:
        even, first, second = torch.rand(3, generator=rng, device=clean.device).tolist()
        low, high = self.factor if isinstance(self.factor, Range) else (self.factor, self.factor)
        height, width = (max(1, round(side * (low + (high - low) * even))) for side in clean.shape[2:])
        kernels: tuple[KernelName, ...] = ("area", "bilinear", "bicubic")
        other = resized(clean, height, width, kernel=kernels[int(first * 3)])
        if not self.back:
            return other
        return resized(other, *clean.shape[2:], kernel=kernels[1 + int(second * 2)])
