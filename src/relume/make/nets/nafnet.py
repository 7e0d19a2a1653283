"""A U-Net whose only nonlinearity is a product of channels."""

import itertools
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from relume.errors import BadInputError
from relume.make.nets._layer_norm import LayerNorm
from relume.make.nets._reach import reach
from relume.make.nets._told import inputs_of, with_told

__all__ = ["NafNet"]


class NafNet(nn.Module):
    """Layer norm, depthwise convolutions, gates and channel attention in a U-Net; blind unless it is told something.

    Strong for its parameters, slow on CPUs for its arithmetic. Its attention averages over the whole picture, so a tile
    is restored otherwise than the picture it was cut from, and a crop in training otherwise than a picture later. With
    `window` the average is over a square around each pixel: a finite halo, and the same at every size. By default 0.72
    million parameters and 88 GMAC per megapixel.

    Args:
        channels: colour channels of the picture.
        width: feature channels of the first level; each level below has twice as many.
        blocks: blocks of each level, from the top, on the way down and again on the way up; the last is the bottom.
        window: side of the square that attention averages over, odd, in cells of each level; None: everything.
        told: `sigma`, `quality` or None.

    Reference: Chen et al., "Simple Baselines for Image Restoration", ECCV 2022; the window is Chu et al.'s, "Improving
    Image Restoration by Revisiting Global Information Aggregation" (TLC), ECCV 2022.
    """

    scale: ClassVar[int] = 1
    inputs: tuple[str, ...] = ("image",)

    def __init__(
        self,
        channels: int = 3,
        *,
        width: int = 32,
        blocks: tuple[int, ...] = (2, 2, 4),
        window: int | None = None,
        told: str | None = None,
    ) -> None:
        super().__init__()
        self.channels = channels
        if window is not None and (window < 1 or window % 2 == 0):
            raise BadInputError(
                f"window is odd, so that it has a middle, or None for everything, but came as {window}."
            )
        widths = [width * 2**level for level in range(len(blocks))]
        pairs = list(itertools.pairwise(widths))
        above = list(zip(widths[:-1], blocks[:-1], strict=True))
        self.inputs = inputs_of(told)
        self.multiple_of = 2 ** (len(blocks) - 1)
        self.halo = None if window is None else reach(blocks, cell=1, block=1 + window // 2, ends=2)
        self.head = nn.Conv2d(channels + len(self.inputs) - 1, width, 3, padding=1)
        self.down_blocks = nn.ModuleList(_stack(w, n, window) for w, n in above)
        self.downs = nn.ModuleList(nn.Conv2d(upper, lower, 2, stride=2) for upper, lower in pairs)
        self.bottom = _stack(widths[-1], blocks[-1], window)
        self.ups = nn.ModuleList(nn.Conv2d(lower, 4 * upper, 1, bias=False) for upper, lower in pairs)
        self.up_blocks = nn.ModuleList(_stack(w, n, window) for w, n in above)
        self.tail = nn.Conv2d(width, channels, 3, padding=1)

    def forward(
        self, image: Float[Tensor, "b c h w"], level: Float[Tensor, "b 1 h w"] | None = None
    ) -> Float[Tensor, "b c h w"]:
        x = self.head(with_told(image, level, inputs=self.inputs))
        skips: list[Tensor] = []
        for block, down in zip(self.down_blocks, self.downs, strict=True):
            x = block(x)
            skips.append(x)
            x = down(x)
        x = self.bottom(x)
        for block, up in zip(reversed(self.up_blocks), reversed(self.ups), strict=True):
            x = block(functional.pixel_shuffle(up(x), 2) + skips.pop())
        return image + self.tail(x)


class Block(nn.Module):
    """Two residual steps, one that mixes places and one that mixes channels; both begin as nothing."""

    def __init__(self, width: int, window: int | None) -> None:
        super().__init__()
        self.window = window
        self.norm = LayerNorm(width)
        self.widen = nn.Conv2d(width, 2 * width, 1)
        self.spatial = nn.Conv2d(2 * width, 2 * width, 3, padding=1, groups=2 * width)
        self.attention = nn.Conv2d(width, width, 1)
        self.mix = nn.Conv2d(width, width, 1)
        self.second_norm = LayerNorm(width)
        self.second_widen = nn.Conv2d(width, 2 * width, 1)
        self.second_mix = nn.Conv2d(width, width, 1)
        self.share, self.second_share = (nn.Parameter(torch.zeros(1, width, 1, 1)) for _ in range(2))

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        y = _gate(self.spatial(self.widen(self.norm(x))))
        x = x + self.share * self.mix(y * self.attention(_average(y, self.window)))
        y = _gate(self.second_widen(self.second_norm(x)))
        return x + self.second_share * self.second_mix(y)


def _gate(x: Float[Tensor, "b c2 h w"]) -> Float[Tensor, "b c h w"]:
    """One half of the channels times the other."""
    first, second = x.chunk(2, dim=1)
    return first * second


def _average(x: Float[Tensor, "b c h w"], window: int | None) -> Float[Tensor, "b c _ _"]:
    """Over everything, or over a square around each pixel, as much of it as lies inside the picture."""
    if window is None:
        return x.mean(dim=(2, 3), keepdim=True)
    half = window // 2
    rows = functional.avg_pool2d(x, (window, 1), stride=1, padding=(half, 0), count_include_pad=False)
    return functional.avg_pool2d(rows, (1, window), stride=1, padding=(0, half), count_include_pad=False)


def _stack(width: int, count: int, window: int | None) -> nn.Sequential:
    return nn.Sequential(*(Block(width, window) for _ in range(count)))
