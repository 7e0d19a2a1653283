"""The CPU's friend: a residual U-Net of plain convolutions on pixel-unshuffled input."""

import itertools
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["UNet"]


class Residual(nn.Module):
    """x + conv(relu(conv(x)))."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        # A block starts as the identity: without normalisation, deep sums are what blows up.
        for parameter in self.second.parameters():
            nn.init.zeros_(parameter)

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        return x + self.second(functional.relu(self.first(x)))


class UNet(nn.Module):
    """Predicts what to take away from a noisy picture, told how strong the noise is at each pixel.

    Plain 3x3 convolutions and ReLU only, on input unshuffled by 2: what CPU kernels do best. Way up: 1x1
    convolution, nearest neighbour, addition, since those stay in ONNX Runtime's blocked layout.

    Args:
        channels: colour channels of the picture.
        width: feature channels of the first level; each level below has twice as many.
        blocks: residual blocks of each level, from the top; the last entry is the bottom.

    Reference: the noise-level map is FFDNet's (Zhang et al., IEEE TIP 2018); residual blocks in a U-Net are
    DRUNet's (Zhang et al., IEEE TPAMI 2021).
    """

    scale: ClassVar[int] = 1
    inputs: ClassVar[tuple[str, ...]] = ("image", "sigma")

    def __init__(self, channels: int = 3, *, width: int = 48, blocks: tuple[int, ...] = (1, 1, 2)) -> None:
        super().__init__()
        widths = [width * 2**level for level in range(len(blocks))]
        pairs = list(itertools.pairwise(widths))
        self.multiple_of = 2 ** len(blocks)
        self.halo = _halo(blocks)
        self.head = nn.Conv2d(4 * (channels + 1), width, 3, padding=1)
        self.down_blocks = nn.ModuleList(_stack(w, n) for w, n in zip(widths[:-1], blocks[:-1], strict=True))
        self.downs = nn.ModuleList(nn.Conv2d(above, below, 2, stride=2) for above, below in pairs)
        self.bottom = _stack(widths[-1], blocks[-1])
        self.ups = nn.ModuleList(nn.Conv2d(below, above, 1) for above, below in pairs)
        self.up_blocks = nn.ModuleList(_stack(w, n) for w, n in zip(widths[:-1], blocks[:-1], strict=True))
        self.tail = nn.Conv2d(width, 4 * channels, 3, padding=1)

    def forward(self, image: Float[Tensor, "b c h w"], sigma: Float[Tensor, "b 1 h w"]) -> Float[Tensor, "b c h w"]:
        x = self._unshuffled_head(torch.cat([image, sigma], dim=1))
        skips: list[Tensor] = []
        for block, down in zip(self.down_blocks, self.downs, strict=True):
            x = block(x)
            skips.append(x)
            x = down(x)
        x = self.bottom(x)
        for block, up in zip(reversed(self.up_blocks), reversed(self.ups), strict=True):
            x = block(functional.interpolate(up(x), scale_factor=2.0, mode="nearest") + skips.pop())
        return image - functional.pixel_shuffle(self.tail(x), 2)

    def _unshuffled_head(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b d h2 w2"]:
        """head(pixel_unshuffle(x, 2))."""
        if self.training:
            return self.head(functional.pixel_unshuffle(x, 2))
        # The same sums as one convolution of stride 2: a single node where the unshuffle would export to eighteen.
        return functional.conv2d(x, functional.pixel_shuffle(self.head.weight, 2), self.head.bias, stride=2, padding=2)


def _stack(width: int, count: int) -> nn.Sequential:
    return nn.Sequential(*(Residual(width) for _ in range(count)))


def _halo(blocks: tuple[int, ...]) -> int:
    """Pixels on each side that can change an output pixel.

    A 3x3 convolution on a grid of cells of `size` pixels reaches `size` pixels further; the way through the
    bottom is the longest; and a pixel at the rim of its coarsest cell reaches that cell's other rim.

    >>> _halo((1, 1, 2))
    67
    """
    head_and_tail = 2 + 2
    above = sum(4 * count * 2 ** (level + 1) for level, count in enumerate(blocks[:-1]))
    bottom = 2 * blocks[-1] * 2 ** len(blocks)
    return head_and_tail + above + bottom + 2 ** len(blocks) - 1
