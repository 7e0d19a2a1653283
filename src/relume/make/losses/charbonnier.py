"""Charbonnier's penalty: the absolute error, round at zero."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from relume.make.losses._check import above_zero

__all__ = ["Charbonnier"]


@dataclass(frozen=True, kw_only=True)
class Charbonnier:
    """mean sqrt((restored - clean)^2 + epsilon^2) - epsilon: L2 for errors far below epsilon, L1 far above.

    Papers leave out the last term, a constant; with it, equal pictures have a loss of 0.

    Attributes:
        epsilon: where the one turns into the other, in units of [0, 1].

    Reference: Lai et al., "Deep Laplacian Pyramid Networks for Fast and Accurate Super-Resolution", CVPR 2017.
    """

    epsilon: float = 1e-3

    def __post_init__(self) -> None:
        above_zero("epsilon", self.epsilon)

    def __call__(self, restored: Float[Tensor, "b c h w"], clean: Float[Tensor, "b c h w"]) -> Float[Tensor, ""]:
        return ((restored - clean).square() + self.epsilon**2).sqrt().mean() - self.epsilon
