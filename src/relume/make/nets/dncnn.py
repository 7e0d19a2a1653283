"""The plain residual denoiser."""

import itertools
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from relume.errors import BadInputError
from relume.make.nets._start import started
from relume.make.nets._told import inputs_of, with_told

__all__ = ["DnCnn"]


class DnCnn(nn.Module):
    """Predicts the noise by a row of 3x3 convolutions and ReLU at full size; blind unless it is told something.

    Without the paper's batch norm: at use it is a scale folded into the convolutions, so what it can compute is the
    same, and in training the statistics of a batch of mixed noise levels fit none of its pictures. By default 0.21
    million parameters and 210 GMAC per megapixel; the paper's net is width=64, depth=17 (556 GMAC per megapixel).

    Args:
        channels: colour channels of the picture.
        width: feature channels.
        depth: convolutions, the first and the last one included.
        told: `sigma`, `quality` or None.

    Reference: Zhang et al., "Beyond a Gaussian Denoiser: Residual Learning of Deep CNN for Image Denoising", IEEE TIP
    2017.
    """

    scale: ClassVar[int] = 1
    multiple_of: ClassVar[int] = 1
    inputs: tuple[str, ...] = ("image",)

    def __init__(self, channels: int = 3, *, width: int = 48, depth: int = 12, told: str | None = None) -> None:
        super().__init__()
        self.channels = channels
        if depth < 2:
            raise BadInputError(f"depth counts the first and the last convolution: 2 or more, but came as {depth}.")
        self.inputs = inputs_of(told)
        self.halo = depth
        widths = [channels + len(self.inputs) - 1, *[width] * (depth - 1), channels]
        self.convs = nn.ModuleList(
            started(nn.Conv2d(come, leave, 3, padding=1)) for come, leave in itertools.pairwise(widths)
        )
        nn.init.zeros_(self.convs[-1].get_parameter("weight"))  # nothing is taken away to begin with

    def forward(
        self, image: Float[Tensor, "b c h w"], level: Float[Tensor, "b 1 h w"] | None = None
    ) -> Float[Tensor, "b c h w"]:
        *inner, last = self.convs
        x = with_told(image, level, inputs=self.inputs)
        for conv in inner:
            x = functional.relu(conv(x))
        return image - last(x)
