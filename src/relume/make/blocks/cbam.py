"""First which channels, then which places."""

from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from relume.errors import BadInputError

__all__ = ["Cbam"]


class Cbam(nn.Module):
    """Channels weighed by their mean and largest value, then places by the mean and largest of their channels.

    No finite halo: the first part looks at the whole picture.

    Args:
        channels: of what comes in and goes out.
        reduction: how many times fewer channels there are between the two layers that weigh channels, at least one.
        kernel: side of the convolution that weighs places, odd.

    Reference: Woo et al., "CBAM: Convolutional Block Attention Module", ECCV 2018.
    """

    halo: ClassVar[int | None] = None

    def __init__(self, channels: int = 64, *, reduction: int = 16, kernel: int = 7) -> None:
        super().__init__()
        if kernel < 1 or kernel % 2 == 0:
            raise BadInputError(f"kernel is odd, so that it has a middle, but came as {kernel}.")
        inner = max(1, channels // reduction)
        self.squeeze = nn.Conv2d(channels, inner, 1, bias=False)
        self.excite = nn.Conv2d(inner, channels, 1, bias=False)
        self.place = nn.Conv2d(2, 1, kernel, padding=kernel // 2, bias=False)

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        mean, most = x.mean(dim=(2, 3), keepdim=True), x.amax(dim=(2, 3), keepdim=True)
        x = x * (self._weigh(mean) + self._weigh(most)).sigmoid()
        places = torch.cat([x.mean(dim=1, keepdim=True), x.amax(dim=1, keepdim=True)], dim=1)
        return x * self.place(places).sigmoid()

    def _weigh(self, summary: Float[Tensor, "b c 1 1"]) -> Float[Tensor, "b c 1 1"]:
        return self.excite(functional.relu(self.squeeze(summary)))
