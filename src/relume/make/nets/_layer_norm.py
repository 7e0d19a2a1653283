"""Normalisation of each pixel by itself, for nets whose tiles must not know of each other."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

EPSILON = 1e-6


class LayerNorm(nn.Module):
    """(x - mean) / deviation over the channels of each pixel, then a learned scale and shift."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1, width, 1, 1))
        self.bias = nn.Parameter(torch.zeros(1, width, 1, 1))

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        centred = x - x.mean(dim=1, keepdim=True)
        variance = centred.square().mean(dim=1, keepdim=True)
        return centred * (variance + EPSILON).rsqrt() * self.weight + self.bias
