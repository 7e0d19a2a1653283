"""The distance that earth has to be moved."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from relume.make.losses._check import above_zero

__all__ = ["Wasserstein"]


@dataclass(frozen=True, kw_only=True)
class Wasserstein:
    """D: D(fake) - D(real) + weight * mean (|slope of D| - 1)^2; G: -D(fake).

    The slope is taken between pairs of a real and a fake picture. For discriminators that see one picture of a batch at
    a time, as all of ours do: what looks at the whole batch has no slope of its own for each picture.

    Attributes:
        weight: of the gradient penalty.

    Reference: Gulrajani et al., "Improved Training of Wasserstein GANs", NeurIPS 2017.
    """

    weight: float = 10.0

    def __post_init__(self) -> None:
        above_zero("weight", self.weight)

    def generator(self, fake_scores: Float[Tensor, "*scores"]) -> Float[Tensor, ""]:
        return -fake_scores.mean()

    def discriminator(
        self, real_scores: Float[Tensor, "*scores"], fake_scores: Float[Tensor, "*scores"]
    ) -> Float[Tensor, ""]:
        return fake_scores.mean() - real_scores.mean()

    def penalty(
        self,
        discriminator: Callable[[Tensor], Tensor],
        real: Float[Tensor, "b c h w"],
        fake: Float[Tensor, "b c h w"],
        rng: torch.Generator,
    ) -> Float[Tensor, ""]:
        """Already weighted; a patch discriminator's score of a picture is the mean of its patches'."""
        share = torch.rand((len(real), 1, 1, 1), generator=rng, device=real.device, dtype=real.dtype)
        between = (share * real + (1 - share) * fake).detach().requires_grad_()
        scores = discriminator(between).reshape(len(real), -1).mean(dim=1)
        (slope,) = torch.autograd.grad(scores.sum(), between, create_graph=True)
        return self.weight * (slope.flatten(1).norm(dim=1) - 1).square().mean()
