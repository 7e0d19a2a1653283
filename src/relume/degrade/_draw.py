"""What the degradations share: a number, or a range that a number is drawn from for each image of a batch."""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from relume.errors import BadInputError


class Range(NamedTuple):
    """A number is drawn from it, evenly, for each image of a batch."""

    low: float
    high: float


def draw(value: float | Range, *, like: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b 1 1 1"]:
    """One number per image of the batch `like`, on its device."""
    if not isinstance(value, Range):
        return like.new_full((len(like), 1, 1, 1), value)
    if value.low > value.high:
        raise BadInputError(f"A range goes from low to high, but came as {value.low} to {value.high}.")
    even = torch.rand((len(like), 1, 1, 1), generator=rng, device=like.device, dtype=like.dtype)
    return value.low + (value.high - value.low) * even


def normal(like: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h w"]:
    """Standard normal noise of the shape, device and type of `like`."""
    return torch.randn(like.shape, generator=rng, device=like.device, dtype=like.dtype)
