"""Only scores within a margin count."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

__all__ = ["Hinge"]


@dataclass(frozen=True, kw_only=True)
class Hinge:
    """D: max(0, 1 - D(real)) + max(0, 1 + D(fake)); G: -D(fake). Made for discriminators of bounded slope.

    Reference: Lim & Ye, "Geometric GAN", 2017; Miyato et al., "Spectral Normalization for GANs", ICLR 2018.
    """

    def generator(self, fake_scores: Float[Tensor, "*scores"]) -> Float[Tensor, ""]:
        return -fake_scores.mean()

    def discriminator(
        self, real_scores: Float[Tensor, "*scores"], fake_scores: Float[Tensor, "*scores"]
    ) -> Float[Tensor, ""]:
        return functional.relu(1 - real_scores).mean() + functional.relu(1 + fake_scores).mean()
