"""Attention that looks at a few places, and learns where."""

import math
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from relume.errors import BadInputError

__all__ = ["DeformableAttention"]


class DeformableAttention(nn.Module):
    """x + mix(sum over points of weight * value(place + offset)); each place says its own offsets and weights.

    In plain PyTorch (`grid_sample`, bilinear, zero outside the picture). It begins by looking at a ring of places, each
    head in its own direction, point k at k pixels' distance; `mix` begins at zero, so that the block begins as the
    identity. Offsets are in pixels and unbounded: no finite halo.

    Args:
        channels: of what comes in and goes out, a multiple of `heads`.
        heads: groups of channels, each of which looks elsewhere.
        points: places that each head looks at.

    Reference: Zhu et al., "Deformable DETR: Deformable Transformers for End-to-End Object Detection", ICLR 2021.
    """

    halo: ClassVar[int | None] = None

    def __init__(self, channels: int = 64, *, heads: int = 4, points: int = 4) -> None:
        super().__init__()
        if heads < 1 or channels % heads:
            raise BadInputError(
                f"channels is a multiple of heads, but {channels} and {heads} came. Change one of them."
            )
        self.heads, self.points = heads, points
        self.value = nn.Conv2d(channels, channels, 1)
        self.offsets = nn.Conv2d(channels, heads * points * 2, 1)
        self.weights = nn.Conv2d(channels, heads * points, 1)
        self.mix = nn.Conv2d(channels, channels, 1)
        self._begin()

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        batch, channels, height, width = x.shape
        folded = batch * self.heads
        value = self.value(x).reshape(folded, channels // self.heads, height, width)
        weights = self.weights(x).reshape(folded, 1, self.points, height * width).softmax(dim=2)
        # All points of a place side by side: one sampling for all of them.
        grid = self._places(x).reshape(folded, self.points, height * width, 2)
        seen = functional.grid_sample(value, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
        return x + self.mix((seen * weights).sum(dim=2).reshape(batch, channels, height, width))

    def _places(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "bh p h w 2"]:
        """Where each point of each place is, x first, in grid_sample's units: -1 and 1 are the rims."""
        batch, _, height, width = x.shape
        offsets = self.offsets(x).reshape(batch * self.heads, self.points, 2, height, width).permute(0, 1, 3, 4, 2)
        rows = torch.arange(height, device=x.device, dtype=x.dtype).view(height, 1).expand(height, width)
        columns = torch.arange(width, device=x.device, dtype=x.dtype).expand(height, width)
        pixels = torch.stack([columns, rows], dim=-1) + offsets
        return torch.stack([(2 * pixels[..., 0] + 1) / width - 1, (2 * pixels[..., 1] + 1) / height - 1], dim=-1)

    @torch.no_grad()
    def _begin(self) -> None:
        angles = torch.arange(self.heads) * (2 * math.pi / self.heads)
        ring = torch.stack([angles.cos(), angles.sin()], dim=-1)
        far = torch.arange(1, self.points + 1).view(1, self.points, 1)
        for conv in (self.offsets, self.weights, self.mix):
            nn.init.zeros_(conv.weight)
            nn.init.zeros_(conv.bias)  # pyright: ignore[reportArgumentType]
        self.offsets.bias.copy_((ring.view(self.heads, 1, 2) * far).flatten())  # pyright: ignore[reportOptionalMemberAccess]
