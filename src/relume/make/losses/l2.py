"""Mean squared error."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

__all__ = ["L2"]


@dataclass(frozen=True, kw_only=True)
class L2:
    """mean (restored - clean)^2: its least is the mean of all pictures that fit, so it blurs where it is unsure."""

    def __call__(self, restored: Float[Tensor, "b c h w"], clean: Float[Tensor, "b c h w"]) -> Float[Tensor, ""]:
        return (restored - clean).square().mean()
