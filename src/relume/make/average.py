"""The moving average of a net's weights, which is what is exported."""

import copy

import torch
from torch import Tensor, nn


class Average:
    """A copy of `net` in evaluation mode whose weights follow the trained ones.

    average <- decay * average + (1 - decay) * weights, with decay = min(`decay`, n / (n + 10)) after n steps: it starts
    short, so that it forgets the untrained weights. What is no floating-point number (a counter) is copied.

    Reference: Polyak & Juditsky, "Acceleration of Stochastic Approximation by Averaging", SIAM J. Control Optim. 1992.
    """

    def __init__(self, net: nn.Module, *, decay: float) -> None:
        self.net = copy.deepcopy(net).eval().requires_grad_(False)  # noqa: FBT003
        self.decay = decay

    @torch.no_grad()
    def follow(self, net: nn.Module, steps: int) -> None:
        """Move towards the weights that `net` has after `steps` steps."""
        decay = min(self.decay, steps / (steps + 10))
        pairs = list(zip(_tensors(self.net), _tensors(net), strict=True))
        moving = [pair for pair in pairs if pair[0].is_floating_point()]
        # One call for all weights: a launch for each is a tenth of a small net's step on a GPU.
        ours, theirs = [mine for mine, _ in moving], [its for _, its in moving]
        torch._foreach_lerp_(ours, theirs, 1 - decay)  # pyright: ignore[reportPrivateImportUsage]
        for mine, its in pairs:
            if not mine.is_floating_point():
                mine.copy_(its)

    def take(self, net: nn.Module) -> None:
        """Begin anew with the weights of `net`."""
        self.net.load_state_dict(net.state_dict())


def _tensors(net: nn.Module) -> list[Tensor]:
    return [*net.parameters(), *net.buffers()]
