"""The residual block of plain convolutions that several nets are made of."""

from collections.abc import Iterable

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional


class Residual(nn.Module):
    """x + conv(relu(conv(x))); `hidden` channels between the two, as many as outside unless told otherwise."""

    def __init__(self, width: int, *, hidden: int | None = None) -> None:
        super().__init__()
        self.first = nn.Conv2d(width, hidden or width, 3, padding=1)
        self.second = nn.Conv2d(hidden or width, width, 3, padding=1)
        # A block starts as the identity: without normalisation, deep sums are what blows up.
        for parameter in self.second.parameters():
            nn.init.zeros_(parameter)

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        return x + self.second(functional.relu(self.first(x)))


def stack(width: int, hidden: Iterable[int | None]) -> nn.Sequential:
    """Residual blocks one after the other, one for each entry of `hidden`."""
    return nn.Sequential(*(Residual(width, hidden=inner) for inner in hidden))
