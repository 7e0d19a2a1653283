"""Degradations one after the other."""

from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from relume.errors import BadInputError

__all__ = ["Chain"]


@dataclass(frozen=True, kw_only=True)
class Chain:
    """y = part_n(... part_2(part_1(x))); with no parts, y = x.

    Attributes:
        parts: degradations, the first one first.
    """

    parts: tuple[Any, ...] = ()

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h2 w2"]:
        for part in self.parts:
            clean = part(clean, rng)
        return clean.clone() if not self.parts else clean

    def with_quality(
        self, clean: Float[Tensor, "b c h w"], rng: torch.Generator
    ) -> tuple[Float[Tensor, "b c h2 w2"], Float[Tensor, "b 1 h2 w2"]]:
        """The degraded batch, and what the last part tells of its compression; 1 where there are no parts."""
        if not self.parts:
            return clean.clone(), torch.ones_like(clean[:, :1])
        *first, last = self.parts
        if not hasattr(last, "with_quality"):
            raise BadInputError(f"A chain tells the quality of its last part, but {last} knows none. End it with jpeg.")
        return last.with_quality(Chain(parts=tuple(first))(clean, rng), rng)
