"""The CPU's friend: a residual U-Net of plain convolutions on pixel-unshuffled input."""

import itertools
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from relume.errors import BadInputError
from relume.make.nets._reach import reach
from relume.make.nets._residual import stack
from relume.make.nets._told import inputs_of, with_told

__all__ = ["UNet"]

# Where the scale of the errors begins: about what a denoiser is wrong by, in units of [0, 1].
FIRST_LOG_SCALE = -3.5


class UNet(nn.Module):
    """Predicts what to take away from a degraded picture, told how strong the damage is at each pixel.

    Plain 3x3 convolutions and ReLU only, on input unshuffled by 2: what CPU kernels do best. Way up: 1x1
    convolution, nearest neighbour, addition, since those stay in ONNX Runtime's blocked layout. By default 1.9 million
    parameters and 68 GMAC per megapixel.

    Args:
        channels: colour channels of the picture.
        width: feature channels of the first level; each level below has twice as many.
        blocks: residual blocks of each level, from the top; the last entry is the bottom.
        told: the map that the net is told: `sigma` (in units of [0, 1]), `quality` (of the JPEG, by 100; 0 where it is
            not known), or None.
        hidden: channels inside each residual block, in the order of `modules()` (way down, bottom, way up, each from
            the top), where they are not as many as outside: what structured pruning leaves.
        uncertain: a second head says how wrong each pixel may be: a last channel behind those of the picture, the
            logarithm of the scale of its absolute error. `LaplaceLikelihood` trains it.

    Reference: the noise-level map is FFDNet's (Zhang et al., IEEE TIP 2018); residual blocks in a U-Net are
    DRUNet's (Zhang et al., IEEE TPAMI 2021).
    """

    scale: ClassVar[int] = 1
    inputs: tuple[str, ...] = ("image", "sigma")

    def __init__(
        self,
        channels: int = 3,
        *,
        width: int = 48,
        blocks: tuple[int, ...] = (1, 1, 2),
        told: str | None = "sigma",
        hidden: tuple[int, ...] | None = None,
        uncertain: bool = False,
    ) -> None:
        super().__init__()
        self.channels = channels
        widths = [width * 2**level for level in range(len(blocks))]
        pairs = list(itertools.pairwise(widths))
        inner = _inner(hidden, blocks)
        above = list(zip(widths[:-1], blocks[:-1], strict=True))
        self.inputs = inputs_of(told)
        self.multiple_of = 2 ** len(blocks)
        self.halo = reach(blocks, cell=2, block=2, ends=2)
        self.head = nn.Conv2d(4 * (channels + len(self.inputs) - 1), width, 3, padding=1)
        self.down_blocks = nn.ModuleList(stack(w, itertools.islice(inner, n)) for w, n in above)
        self.downs = nn.ModuleList(nn.Conv2d(upper, lower, 2, stride=2) for upper, lower in pairs)
        self.bottom = stack(widths[-1], itertools.islice(inner, blocks[-1]))
        self.ups = nn.ModuleList(nn.Conv2d(lower, upper, 1) for upper, lower in pairs)
        self.up_blocks = nn.ModuleList(stack(w, itertools.islice(inner, n)) for w, n in above)
        self.tail = nn.Conv2d(width, 4 * channels, 3, padding=1)
        # Last, so that the other weights are drawn as they are without it.
        self.spread = _spread(width) if uncertain else None

    def forward(
        self, image: Float[Tensor, "b c h w"], level: Float[Tensor, "b 1 h w"] | None = None
    ) -> Float[Tensor, "b _ h w"]:
        x = self._unshuffled_head(with_told(image, level, inputs=self.inputs))
        skips: list[Tensor] = []
        for block, down in zip(self.down_blocks, self.downs, strict=True):
            x = block(x)
            skips.append(x)
            x = down(x)
        x = self.bottom(x)
        for block, up in zip(reversed(self.up_blocks), reversed(self.ups), strict=True):
            x = block(functional.interpolate(up(x), scale_factor=2.0, mode="nearest") + skips.pop())
        restored = image - functional.pixel_shuffle(self.tail(x), 2)
        if self.spread is None:
            return restored
        return torch.cat([restored, functional.pixel_shuffle(self.spread(x), 2)], dim=1)

    def _unshuffled_head(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b d h2 w2"]:
        """head(pixel_unshuffle(x, 2))."""
        if self.training:
            return self.head(functional.pixel_unshuffle(x, 2))
        # The same sums as one convolution of stride 2: a single node where the unshuffle would export to eighteen.
        return functional.conv2d(x, functional.pixel_shuffle(self.head.weight, 2), self.head.bias, stride=2, padding=2)


def _spread(width: int) -> nn.Conv2d:
    """The second head; it begins with one scale for all pixels."""
    head = nn.Conv2d(width, 4, 3, padding=1)
    nn.init.zeros_(head.weight)
    assert head.bias is not None  # noqa: S101
    nn.init.constant_(head.bias, FIRST_LOG_SCALE)
    return head


def _inner(hidden: tuple[int, ...] | None, blocks: tuple[int, ...]) -> "itertools.chain[int | None]":
    count = 2 * sum(blocks[:-1]) + blocks[-1]
    if hidden is not None and (len(hidden) != count or min(hidden, default=1) < 1):
        raise BadInputError(
            f"hidden is one number of channels from 1 for each of the {count} blocks, but came as {hidden}."
        )
    return itertools.chain(hidden or [None] * count)
