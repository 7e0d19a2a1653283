"""A Transformer whose attention is between channels, so that its cost grows with the picture and no faster."""

import itertools
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from relume.errors import BadInputError
from relume.make.nets._layer_norm import LayerNorm
from relume.make.nets._told import inputs_of, with_told

__all__ = ["Transformer"]

EXPANSION = 2  # the paper has 2.66


class Transformer(nn.Module):
    """Channel attention and gated feed-forward in a U-Net; blind unless it is told something.

    Which channels listen to each other is decided by the whole picture: there is no finite halo, and tiles are an
    approximation. The best of the nets here for each parameter, and the slowest. By default 0.58 million parameters and
    96 GMAC per megapixel.

    Args:
        channels: colour channels of the picture.
        width: feature channels of the first level, a multiple of `heads`; each level below has twice as many.
        blocks: blocks of each level, from the top, on the way down and again on the way up; the last is the bottom.
        heads: groups of channels that attend among themselves at the first level; each level below has twice as many.
        told: `sigma`, `quality` or None.

    Reference: Zamir et al., "Restormer: Efficient Transformer for High-Resolution Image Restoration", CVPR 2022.
    """

    scale: ClassVar[int] = 1
    halo: ClassVar[int | None] = None
    inputs: tuple[str, ...] = ("image",)

    def __init__(
        self,
        channels: int = 3,
        *,
        width: int = 24,
        blocks: tuple[int, ...] = (2, 2, 4),
        heads: int = 1,
        told: str | None = None,
    ) -> None:
        super().__init__()
        self.channels = channels
        if heads < 1 or width % heads:
            raise BadInputError(f"width is a multiple of heads, but {width} and {heads} came. Change one of them.")
        levels = [(width * 2**level, heads * 2**level) for level in range(len(blocks))]
        pairs = [(upper, lower) for (upper, _), (lower, _) in itertools.pairwise(levels)]
        above = list(zip(levels[:-1], blocks[:-1], strict=True))
        self.inputs = inputs_of(told)
        self.multiple_of = 2 ** (len(blocks) - 1)
        self.head = nn.Conv2d(channels + len(self.inputs) - 1, width, 3, padding=1)
        self.down_blocks = nn.ModuleList(_stack(*level, count=n) for level, n in above)
        self.downs = nn.ModuleList(nn.Conv2d(upper, lower, 2, stride=2, bias=False) for upper, lower in pairs)
        self.bottom = _stack(*levels[-1], count=blocks[-1])
        self.ups = nn.ModuleList(nn.Conv2d(lower, 4 * upper, 1, bias=False) for upper, lower in pairs)
        self.merges = nn.ModuleList(nn.Conv2d(2 * upper, upper, 1, bias=False) for upper, _ in pairs)
        self.up_blocks = nn.ModuleList(_stack(*level, count=n) for level, n in above)
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
        way_up = zip(reversed(self.up_blocks), reversed(self.ups), reversed(self.merges), strict=True)
        for block, up, merge in way_up:
            x = block(merge(torch.cat([functional.pixel_shuffle(up(x), 2), skips.pop()], dim=1)))
        return image + self.tail(x)


class Attention(nn.Module):
    """softmax(temperature * q k') v between channels: q, k and v are rows of all places, q and k of length 1."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.temperature = nn.Parameter(torch.ones(heads, 1, 1))
        self.point = nn.Conv2d(width, 3 * width, 1, bias=False)
        self.spatial = nn.Conv2d(3 * width, 3 * width, 3, padding=1, groups=3 * width, bias=False)
        self.mix = nn.Conv2d(width, width, 1, bias=False)

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        batch, width, height, wide = x.shape
        rows = self.spatial(self.point(x)).reshape(batch, 3, self.heads, width // self.heads, height * wide)
        query, key, value = rows.unbind(dim=1)
        likeness = functional.normalize(query, dim=-1) @ functional.normalize(key, dim=-1).mT
        mixed = (likeness * self.temperature).softmax(dim=-1) @ value
        return self.mix(mixed.reshape(batch, width, height, wide))


class FeedForward(nn.Module):
    """gelu(first half) * second half of widened channels, each of which has seen its neighbours."""

    def __init__(self, width: int) -> None:
        super().__init__()
        inner = EXPANSION * width
        self.widen = nn.Conv2d(width, 2 * inner, 1, bias=False)
        self.spatial = nn.Conv2d(2 * inner, 2 * inner, 3, padding=1, groups=2 * inner, bias=False)
        self.mix = nn.Conv2d(inner, width, 1, bias=False)

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        first, second = self.spatial(self.widen(x)).chunk(2, dim=1)
        return self.mix(functional.gelu(first) * second)


class Block(nn.Module):
    """x + attention(norm(x)), then the same with the feed-forward."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm, self.second_norm = LayerNorm(width), LayerNorm(width)
        self.attention, self.feed_forward = Attention(width, heads), FeedForward(width)

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        x = x + self.attention(self.norm(x))
        return x + self.feed_forward(self.second_norm(x))


def _stack(width: int, heads: int, *, count: int) -> nn.Sequential:
    return nn.Sequential(*(Block(width, heads) for _ in range(count)))
