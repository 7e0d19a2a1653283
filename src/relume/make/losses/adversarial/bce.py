"""The first adversarial loss: real or not, by cross-entropy."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from relume.make.losses._check import above_zero

__all__ = ["Bce"]


@dataclass(frozen=True, kw_only=True)
class Bce:
    """D: -log p(real) - log(1 - p(fake)); G: -log p(fake), p the sigmoid of a score (the non-saturating form).

    Attributes:
        target: what the discriminator is told of real pictures; 0.9 keeps it from being too sure (one-sided smoothing).

    Reference: Goodfellow et al., "Generative Adversarial Nets", NeurIPS 2014.
    """

    target: float = 1.0

    def __post_init__(self) -> None:
        above_zero("target", self.target)

    def generator(self, fake_scores: Float[Tensor, "*scores"]) -> Float[Tensor, ""]:
        return functional.softplus(-fake_scores).mean()

    def discriminator(
        self, real_scores: Float[Tensor, "*scores"], fake_scores: Float[Tensor, "*scores"]
    ) -> Float[Tensor, ""]:
        # softplus(s) - t s is the cross-entropy of target t with sigmoid(s), without its overflow.
        real = functional.softplus(real_scores) - self.target * real_scores
        return real.mean() + functional.softplus(fake_scores).mean()
