"""Mean absolute error."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

__all__ = ["L1"]


@dataclass(frozen=True, kw_only=True)
class L1:
    """mean |restored - clean|. Sharper edges than L2 at the same PSNR.

    Reference: Zhao et al., "Loss Functions for Image Restoration with Neural Networks", IEEE TCI 2017.
    """

    def __call__(self, restored: Float[Tensor, "b c h w"], clean: Float[Tensor, "b c h w"]) -> Float[Tensor, ""]:
        return (restored - clean).abs().mean()
