"""Long, thin looks: whole rows and whole columns."""

from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["StripPooling"]


class StripPooling(nn.Module):
    """x * sigmoid(mix(relu(conv(mean of each row) + conv(mean of each column)))): for stripes, edges, scan lines.

    No finite halo: a row and a column go from rim to rim.

    Args:
        channels: of what comes in and goes out.

    Reference: Hou et al., "Strip Pooling: Rethinking Spatial Pooling for Scene Parsing", CVPR 2020, without batch norm.
    """

    halo: ClassVar[int | None] = None

    def __init__(self, channels: int = 64) -> None:
        super().__init__()
        self.rows = nn.Conv2d(channels, channels, (3, 1), padding=(1, 0))
        self.columns = nn.Conv2d(channels, channels, (1, 3), padding=(0, 1))
        self.mix = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        crossed = self.rows(x.mean(dim=3, keepdim=True)) + self.columns(x.mean(dim=2, keepdim=True))
        return x * self.mix(functional.relu(crossed)).sigmoid()
