"""One of several degradations, drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from relume.errors import BadInputError

__all__ = ["Mixture"]


@dataclass(frozen=True, kw_only=True)
class Mixture:
    """y = part_k(x), k drawn for each picture (or once a batch); with no parts, y = x.

    It tells sigma or quality, if all of its parts do.

    Attributes:
        parts: degradations; all give pictures of one size.
        shares: how often each is drawn, in any unit; empty is equally often.
        per_batch: one draw for the whole batch, which takes less time.
    """

    parts: tuple[Any, ...] = ()
    shares: tuple[float, ...] = ()
    per_batch: bool = False

    def __post_init__(self) -> None:
        if self.shares and (len(self.shares) != len(self.parts) or min(self.shares) < 0 or not sum(self.shares)):
            raise BadInputError(
                f"mixture takes one share (0 or more, not all 0) for each of its {len(self.parts)} parts, "
                f"but shares came as {self.shares}."
            )

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h2 w2"]:
        if not self.parts:
            return clean.clone()
        return self._each(clean, rng, lambda part, some: (part(some, rng),))[0]

    def with_sigma(
        self, clean: Float[Tensor, "b c h w"], rng: torch.Generator
    ) -> tuple[Float[Tensor, "b c h2 w2"], Float[Tensor, "b 1 h2 w2"]]:
        """The degraded batch, and the standard deviation of its noise at each pixel."""
        if not self.parts:
            return clean.clone(), torch.zeros_like(clean[:, :1])
        self._need("with_sigma", "sigma")
        degraded, sigma = self._each(clean, rng, lambda part, some: part.with_sigma(some, rng))
        return degraded, sigma

    def with_quality(
        self, clean: Float[Tensor, "b c h w"], rng: torch.Generator
    ) -> tuple[Float[Tensor, "b c h2 w2"], Float[Tensor, "b 1 h2 w2"]]:
        """The degraded batch, and quality / 100 of the last compression at each pixel; 1 where there are no parts."""
        if not self.parts:
            return clean.clone(), torch.ones_like(clean[:, :1])
        self._need("with_quality", "quality")
        degraded, quality = self._each(clean, rng, lambda part, some: part.with_quality(some, rng))
        return degraded, quality

    def _each(
        self, clean: Float[Tensor, "b c h w"], rng: torch.Generator, way: Callable[[Any, Tensor], tuple[Tensor, ...]]
    ) -> tuple[Tensor, ...]:
        weights = torch.tensor(self.shares or (1.0,) * len(self.parts), device=clean.device)
        count = 1 if self.per_batch else len(clean)
        drawn = weights.multinomial(count, replacement=True, generator=rng)
        if self.per_batch:
            return way(self.parts[int(drawn)], clean)
        results = [
            (places, way(self.parts[k], clean[places]))
            for k in range(len(self.parts))
            if len(places := (drawn == k).nonzero().squeeze(1))
        ]
        order = torch.cat([places for places, _ in results]).argsort()
        return tuple(torch.cat(column)[order] for column in zip(*(result for _, result in results), strict=True))

    def _need(self, method: str, what: str) -> None:
        silent = [part for part in self.parts if not hasattr(part, method)]
        if silent:
            raise BadInputError(
                f"A mixture tells {what} if all of its parts do, but {silent[0]} does not. Leave it out."
            )
