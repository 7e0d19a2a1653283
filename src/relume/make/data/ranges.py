"""Value ranges: relume's pixels are in [0, 1]; nets made for [-1, 1] are converted at their boundary, nowhere else."""

from typing import Any

from jaxtyping import Float
from torch import Tensor, nn


def to_signed(pixels: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """[0, 1] to [-1, 1]: `2 x - 1`. Nothing is clipped."""
    return 2 * pixels - 1


def to_unit(pixels: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """[-1, 1] to [0, 1]: `(x + 1) / 2`. Nothing is clipped."""
    return (pixels + 1) / 2


class Signed(nn.Module):
    """A net that takes and gives [-1, 1], as one that takes and gives [0, 1]; what it is told passes unchanged."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net
        facts: Any = net
        self.scale, self.inputs = facts.scale, facts.inputs
        self.multiple_of, self.halo = facts.multiple_of, facts.halo

    def forward(self, image: Float[Tensor, "b c h w"], *told: Tensor) -> Float[Tensor, "b c _h _w"]:
        """The restored picture, in [0, 1]."""
        return to_unit(self.net(to_signed(image), *told))
