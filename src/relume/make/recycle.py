"""Wakes units that died: a ReLU that is zero for every picture learns nothing any more."""

from collections.abc import Iterator

import torch
from torch import nn

DEAD = 1e-30  # mean square of a gradient below which there is none


def recycle(net: nn.Module, optimizer: torch.optim.Optimizer, rng: torch.Generator) -> int:
    """Give dead hidden channels of residual blocks new weights, without changing what the net computes; how many.

    A hidden channel is dead when no weight that leads to it has had a gradient for as long as AdamW remembers. It gets
    fresh weights in and zeros out, and the optimiser forgets it.

    Reference: Sokar et al., "The Dormant Neuron Phenomenon in Deep Reinforcement Learning", ICML 2023.
    """
    return sum(_wake(first, second, optimizer, rng) for first, second in pairs(net))


def pairs(net: nn.Module) -> Iterator[tuple[nn.Conv2d, nn.Conv2d]]:
    """Convolutions with one ReLU between them."""
    for block in net.modules():
        first, second = getattr(block, "first", None), getattr(block, "second", None)
        if isinstance(first, nn.Conv2d) and isinstance(second, nn.Conv2d):
            yield first, second


@torch.no_grad()
def _wake(first: nn.Conv2d, second: nn.Conv2d, optimizer: torch.optim.Optimizer, rng: torch.Generator) -> int:
    memory = optimizer.state[first.weight]
    if "exp_avg_sq" not in memory:
        return 0  # before the first step nothing is known of its gradients
    dead = memory["exp_avg_sq"].flatten(1).amax(dim=1) < DEAD
    if not dead.any():
        return 0
    reach = (3 / first.weight[0].numel()) ** 0.5  # uniform, variance 1 / inputs, as the blocks began
    fresh = torch.empty(first.weight[dead].shape).uniform_(-reach, reach, generator=rng).to(first.weight.device)
    assert first.bias is not None  # noqa: S101
    for tensor, value in ((first.weight, fresh), (first.bias, 0.0)):
        tensor[dead] = value
        _forget(optimizer, tensor, dead)
    second.weight[:, dead] = 0.0
    for name in ("exp_avg", "exp_avg_sq"):
        optimizer.state[second.weight][name][:, dead] = 0.0
    return int(dead.sum())


def _forget(optimizer: torch.optim.Optimizer, tensor: torch.Tensor, dead: torch.Tensor) -> None:
    for name in ("exp_avg", "exp_avg_sq"):
        optimizer.state[tensor][name][dead] = 0.0
