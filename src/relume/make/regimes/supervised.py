"""Clean pictures are known: degrade, restore, compare."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from relume.errors import BadInputError
from relume.make.corpus import Corpus
from relume.make.losses import LOSSES
from relume.make.nets import NETS
from relume.make.recipe import Recipe

__all__ = ["Supervised"]

# BT.601, what image libraries turn colour into grey with.
LUMA = (0.299, 0.587, 0.114)


@dataclass(frozen=True)
class Supervised:
    """One step of supervised training is a function of the recipe's seed and the step's number."""

    recipe: Recipe
    corpus: Corpus

    @cached_property
    def _loss(self) -> Any:
        return LOSSES[self.recipe.loss]()

    def loss(self, net: nn.Module, step: int, device: torch.device) -> Float[Tensor, ""]:
        """The loss of the batch that belongs to `step`."""
        clean, *inputs = self.batch(step, device)
        return self._loss(net(*inputs), clean)

    def batch(self, step: int, device: torch.device) -> tuple[Float[Tensor, "b _ h w"], ...]:
        """Clean crops, and what the net is fed: the same degraded and, where it asks, each pixel's noise level."""
        rng = np.random.default_rng((self.recipe.seed, step))
        noise = torch.Generator(device).manual_seed(int(rng.integers(2**62)))
        phase = self.recipe.phase(step)
        clean = self.corpus.crops(phase.batch, phase.crop, rng=rng).to(device).float() / 255
        if rng.random() < self.recipe.grey:
            weights = torch.tensor(LUMA, device=device).view(1, 3, 1, 1)
            clean = (clean * weights).sum(dim=1, keepdim=True)
        inputs = _degraded(self.recipe, clean, rng=rng, noise=noise)
        colour = (clean, inputs[0])
        return tuple(
            part.contiguous(memory_format=torch.channels_last)
            for part in (*(part.expand(-1, 3, -1, -1) for part in colour), *inputs[1:])
        )

    @staticmethod
    def pair(recipe: Recipe, corpus: Corpus, index: int, *, side: int) -> tuple[Float[Tensor, "1 _ h w"], ...]:
        """One clean crop, and what the net is fed to restore it; a function of the seed and `index` alone."""
        # The third number sets these pairs apart from every step's.
        rng = np.random.default_rng((recipe.seed, index, 1))
        noise = torch.Generator().manual_seed(int(rng.integers(2**62)))
        clean = corpus.crops(1, side, rng=rng).float() / 255
        return (clean, *_degraded(recipe, clean, rng=rng, noise=noise))


def _degraded(
    recipe: Recipe, clean: Float[Tensor, "b c h w"], *, rng: np.random.Generator, noise: torch.Generator
) -> tuple[Float[Tensor, "b _ h w"], ...]:
    """What the recipe's net is fed: the batch degraded by one of its degradations, and perhaps the noise level."""
    shares = np.array([share for share, _ in recipe.degrade])
    degradation: Any = recipe.degrade[rng.choice(len(shares), p=shares / shares.sum())][1]
    if "sigma" not in NETS[recipe.net].inputs:
        return (degradation(clean, noise),)
    if not hasattr(degradation, "with_sigma"):
        raise BadInputError(
            f"{recipe.net} is told the noise level of each pixel, which {degradation} does not know. "
            "Choose a degradation with a `with_sigma`, or a net without a sigma input."
        )
    return degradation.with_sigma(clean, noise)
