"""Is this pixel real?"""

from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from relume.make.discriminators._normed import SLOPE, normed

__all__ = ["UNetDiscriminator"]

LEVELS = (1, 2, 4)  # widths of the way down's inputs, in multiples of the first


class UNetDiscriminator(nn.Module):
    """A score for each pixel, seen at four sizes: sharp feedback for restorers of real, mixed damage.

    By default 4.4 million parameters.

    Args:
        channels: of the picture.
        width: feature channels at full size.

    Reference: Schönfeld et al., "A U-Net Based Discriminator for Generative Adversarial Networks", CVPR 2020; Wang et
    al., "Real-ESRGAN", ICCVW 2021; Miyato et al., "Spectral Normalization for GANs", ICLR 2018.
    """

    multiple_of: ClassVar[int] = 8

    def __init__(self, channels: int = 3, *, width: int = 64) -> None:
        super().__init__()
        self.head = nn.Conv2d(channels, width, 3, padding=1)
        self.downs = nn.ModuleList(normed(width * k, 2 * width * k, 4, stride=2) for k in LEVELS)
        self.ups = nn.ModuleList(normed(2 * width * k, width * k, 3) for k in reversed(LEVELS))
        self.last = nn.ModuleList(normed(width, width, 3) for _ in range(2))
        self.tail = nn.Conv2d(width, 1, 3, padding=1)

    def forward(self, picture: Float[Tensor, "b c h w"]) -> Float[Tensor, "b 1 h w"]:
        return self.tail(self.features(picture)[-1])

    def features(self, picture: Float[Tensor, "b c h w"]) -> tuple[Float[Tensor, "b _ _ _"], ...]:
        """What each layer sees, after its nonlinearity: way down, way up, full size."""
        seen = [functional.leaky_relu(self.head(picture), SLOPE)]
        for down in self.downs:
            seen.append(functional.leaky_relu(down(seen[-1]), SLOPE))
        x = seen[-1]
        skips = reversed(seen[:-1])
        for up, skip in zip(self.ups, list(skips), strict=True):
            x = functional.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
            x = functional.leaky_relu(up(x), SLOPE) + skip
            seen.append(x)
        for conv in self.last:
            seen.append(functional.leaky_relu(conv(seen[-1]), SLOPE))
        return tuple(seen)
