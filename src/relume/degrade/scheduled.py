"""A degradation whose strength changes: over the training run, or within a batch."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
from jaxtyping import Float
from torch import Tensor

from relume.degrade._draw import check, check_choice
from relume.errors import BadInputError, ShapeMismatchError

__all__ = ["Scheduled"]

Over = Literal["run", "batch"]


@dataclass(frozen=True, kw_only=True)
class Scheduled:
    """y = x + s (part(x) - x), the strength s going from `begin` to `end` in a straight line.

    Over a run, `at` gives the same degradation at a place of it; over a batch, its first picture has `begin` and its
    last `end`. Additive noise of standard deviation sigma so has s sigma.

    Attributes:
        part: the degradation; it keeps the size. None leaves the picture as it is.
        begin: strength at the beginning, 0 to 1.
        end: strength at the end, 0 to 1.
        over: "run" or "batch".
        place: where in the run this is, 0 to 1.

    Reference: Bengio et al., "Curriculum Learning", ICML 2009.
    """

    part: Any = None
    begin: float = 0.0
    end: float = 1.0
    over: Over = "run"
    place: float = 1.0

    def __post_init__(self) -> None:
        check("begin", self.begin, low=0.0, high=1.0)
        check("end", self.end, low=0.0, high=1.0)
        check("place", self.place, low=0.0, high=1.0)
        check_choice("over", self.over, Over)

    def at(self, place: float) -> "Scheduled":
        """The same at another place of the run: steps done / steps in all."""
        return replace(self, place=place)

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h w"]:
        if self.part is None:
            return clean.clone()
        return self._mixed(clean, self.part(clean, rng))

    def with_sigma(
        self, clean: Float[Tensor, "b c h w"], rng: torch.Generator
    ) -> tuple[Float[Tensor, "b c h w"], Float[Tensor, "b 1 h w"]]:
        """The degraded batch, and the standard deviation of its noise at each pixel."""
        if self.part is None:
            return clean.clone(), torch.zeros_like(clean[:, :1])
        if not hasattr(self.part, "with_sigma"):
            raise BadInputError(f"A schedule tells the sigma of its part, but {self.part} knows none. Use a noise.")
        degraded, sigma = self.part.with_sigma(clean, rng)
        return self._mixed(clean, degraded), self._strength(clean) * sigma

    def _mixed(self, clean: Float[Tensor, "b c h w"], degraded: Float[Tensor, "b c h2 w2"]) -> Float[Tensor, "b c h w"]:
        if degraded.shape != clean.shape:
            raise ShapeMismatchError(
                f"A schedule needs a part that keeps the size; {tuple(clean.shape)} became {tuple(degraded.shape)}. "
                "Put what changes the size beside it in a chain."
            )
        return clean + self._strength(clean) * (degraded - clean)

    def _strength(self, like: Float[Tensor, "b c h w"]) -> Float[Tensor, "b 1 1 1"]:
        if self.over == "batch":
            line = torch.linspace(self.begin, self.end, len(like), device=like.device, dtype=like.dtype)
            return line.view(-1, 1, 1, 1)
        return like.new_full((len(like), 1, 1, 1), self.begin + self.place * (self.end - self.begin))
