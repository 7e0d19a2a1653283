"""Real is 1, fake is 0, by squared distance."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

__all__ = ["LeastSquares"]


@dataclass(frozen=True, kw_only=True)
class LeastSquares:
    """D: ((D(real) - 1)^2 + D(fake)^2) / 2; G: (D(fake) - 1)^2 / 2. Its pull does not fade where D is sure.

    Reference: Mao et al., "Least Squares Generative Adversarial Networks", ICCV 2017.
    """

    def generator(self, fake_scores: Float[Tensor, "*scores"]) -> Float[Tensor, ""]:
        return (fake_scores - 1).square().mean() / 2

    def discriminator(
        self, real_scores: Float[Tensor, "*scores"], fake_scores: Float[Tensor, "*scores"]
    ) -> Float[Tensor, ""]:
        return ((real_scores - 1).square().mean() + fake_scores.square().mean()) / 2
