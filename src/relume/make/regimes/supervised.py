"""Clean pictures are known: degrade, restore, compare."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from relume.make.corpus import Corpus
from relume.make.losses import LOSSES
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
        clean, degraded, sigma = self.batch(step, device)
        inputs = (degraded, sigma) if "sigma" in self._inputs(net) else (degraded,)
        return self._loss(net(*inputs), clean)

    def batch(
        self, step: int, device: torch.device
    ) -> tuple[Float[Tensor, "b 3 h w"], Float[Tensor, "b 3 h w"], Float[Tensor, "b 1 h w"]]:
        """Clean crops, the same degraded, and the noise level of each pixel."""
        rng = np.random.default_rng((self.recipe.seed, step))
        noise = torch.Generator(device).manual_seed(int(rng.integers(2**62)))
        phase = self.recipe.phase(step)
        clean = self.corpus.crops(phase.batch, phase.crop, rng=rng).to(device).float() / 255
        if rng.random() < self.recipe.grey:
            weights = torch.tensor(LUMA, device=device).view(1, 3, 1, 1)
            clean = (clean * weights).sum(dim=1, keepdim=True)
        shares = np.array([share for share, _ in self.recipe.degrade])
        degradation: Any = self.recipe.degrade[rng.choice(len(shares), p=shares / shares.sum())][1]
        degraded, sigma = degradation.with_sigma(clean, noise)
        like = torch.channels_last
        return (
            clean.expand(-1, 3, -1, -1).contiguous(memory_format=like),
            degraded.expand(-1, 3, -1, -1).contiguous(memory_format=like),
            sigma.contiguous(memory_format=like),
        )

    @staticmethod
    def _inputs(net: nn.Module) -> tuple[str, ...]:
        return getattr(net, "module", net).inputs
