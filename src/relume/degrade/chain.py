"""Degradations one after the other."""

from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

__all__ = ["Chain"]


@dataclass(frozen=True, kw_only=True)
class Chain:
    """y = part_n(... part_2(part_1(x))); with no parts, y = x.

    Attributes:
        parts: degradations, the first one first.
    """

    parts: tuple[Any, ...] = ()

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h w"]:
        for part in self.parts:
            clean = part(clean, rng)
        return clean.clone() if not self.parts else clean
