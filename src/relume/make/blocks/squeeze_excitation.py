"""Channels weighed by what the whole picture holds."""

from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["SqueezeExcitation"]


class SqueezeExcitation(nn.Module):
    """x * sigmoid(excite(relu(squeeze(mean of x over all places)))): no finite halo.

    Args:
        channels: of what comes in and goes out.
        reduction: how many times fewer channels there are in between, at least one.

    Reference: Hu et al., "Squeeze-and-Excitation Networks", CVPR 2018.
    """

    halo: ClassVar[int | None] = None

    def __init__(self, channels: int = 64, *, reduction: int = 16) -> None:
        super().__init__()
        inner = max(1, channels // reduction)
        self.squeeze = nn.Conv2d(channels, inner, 1)
        self.excite = nn.Conv2d(inner, channels, 1)

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        mean = x.mean(dim=(2, 3), keepdim=True)
        return x * self.excite(functional.relu(self.squeeze(mean))).sigmoid()
