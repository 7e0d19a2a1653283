"""Is this patch real?"""

from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from relume.make.discriminators._normed import SLOPE, normed

__all__ = ["Patch"]

WIDEST = 8  # times the first layer's width


class Patch(nn.Module):
    """PatchGAN: a score for each overlapping patch, of 70 pixels a side by default, an eighth as many on each side.

    It judges texture and leaves what the whole shows to other losses. Spectral normalisation in place of the paper's
    batch norm. By default 2.8 million parameters.

    Args:
        channels: of the picture; more where the degraded one is stacked onto it.
        width: feature channels of the first layer; each layer has twice as many as the one before, at most 8 times.
        depth: layers of stride 2. A patch has 2^(depth + 3) + 2^depth - 2 pixels a side.

    Reference: Isola et al., "Image-to-Image Translation with Conditional Adversarial Networks" (pix2pix), CVPR 2017;
    Miyato et al., "Spectral Normalization for Generative Adversarial Networks", ICLR 2018.
    """

    multiple_of: ClassVar[int] = 1

    def __init__(self, channels: int = 3, *, width: int = 64, depth: int = 3) -> None:
        super().__init__()
        widths = [width * min(2**level, WIDEST) for level in range(depth + 1)]
        self.head = nn.Conv2d(channels, width, 4, stride=2, padding=1)
        strides = [2] * (depth - 1) + [1]
        self.convs = nn.ModuleList(
            normed(come, leave, 4, stride=stride)
            for come, leave, stride in zip(widths[:-1], widths[1:], strides, strict=True)
        )
        self.tail = nn.Conv2d(widths[-1], 1, 4, padding=1)

    def forward(self, picture: Float[Tensor, "b c h w"]) -> Float[Tensor, "b 1 _ _"]:
        return self.tail(self.features(picture)[-1])

    def features(self, picture: Float[Tensor, "b c h w"]) -> tuple[Float[Tensor, "b _ _ _"], ...]:
        """What each layer sees, after its nonlinearity."""
        seen = [functional.leaky_relu(self.head(picture), SLOPE)]
        for conv in self.convs:
            seen.append(functional.leaky_relu(conv(seen[-1]), SLOPE))
        return tuple(seen)
