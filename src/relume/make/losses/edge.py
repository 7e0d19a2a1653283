"""The error of the slopes."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from relume.make.losses._check import at_least

__all__ = ["Edge"]


@dataclass(frozen=True, kw_only=True)
class Edge:
    """Mean |Sobel(restored) - Sobel(clean)| over both directions, inside the picture; a slope of 1 per pixel is 1.

    A step that was smeared costs more than a flat area that is off by as much; a shift of brightness costs nothing, so
    it is mixed with a loss on pixels.

    Reference: Seif & Androutsos, "Edge-Based Loss Function for Single Image Super-Resolution", ICASSP 2018.
    """

    def __call__(self, restored: Float[Tensor, "b c h w"], clean: Float[Tensor, "b c h w"]) -> Float[Tensor, ""]:
        at_least("The edge loss", clean, 3, remedy="Train on larger crops.")
        error = restored - clean  # Sobel's filter is linear: the difference first, the filter once
        across = error.new_tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]) / 8
        kernels = torch.stack([across, across.mT]).unsqueeze(1)
        return functional.conv2d(error.reshape(-1, 1, *error.shape[2:]), kernels).abs().mean()
