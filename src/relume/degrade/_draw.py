"""What the degradations share: a number, or a range that a number is drawn from for each image of a batch."""

import math
from typing import Any, NamedTuple, get_args

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from relume.errors import BadInputError, did_you_mean


class Range(NamedTuple):
    """A number is drawn from it, evenly, for each image of a batch."""

    low: float
    high: float


def check(name: str, value: float | Range, *, low: float, high: float, hint: str = "") -> None:
    """Refuse a number, or the ends of a range, that lie outside [low, high] or stand the wrong way round."""
    ends = value if isinstance(value, Range) else Range(value, value)
    if ends.low > ends.high:
        raise BadInputError(f"A range goes from low to high, but {name} came as {ends.low} to {ends.high}.")
    if not (low <= ends.low and ends.high <= high):
        came = f"{ends.low:g} to {ends.high:g}" if isinstance(value, Range) else f"{value:g}"
        raise BadInputError(f"{name} lies in [{low:g}, {high:g}], but came as {came}.{' ' if hint else ''}{hint}")


def check_whole(name: str, value: int, *, low: int, high: int) -> None:
    """Refuse what is no whole number in [low, high]."""
    if not isinstance(value, int) or not low <= value <= high:
        raise BadInputError(f"{name} is a whole number in [{low}, {high}], but came as {value!r}.")


def check_choice(name: str, value: str, choices: Any) -> None:
    """Refuse what is none of the strings of a `Literal`."""
    if value not in get_args(choices):
        raise BadInputError(
            f"{name} is one of {', '.join(get_args(choices))}, but came as {value!r}."
            f"{did_you_mean(str(value), get_args(choices))}"
        )


def draw(value: float | Range, *, like: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b 1 1 1"]:
    """One number per image of the batch `like`, on its device."""
    if not isinstance(value, Range):
        return like.new_full((len(like), 1, 1, 1), value)
    even = torch.rand((len(like), 1, 1, 1), generator=rng, device=like.device, dtype=like.dtype)
    return value.low + (value.high - value.low) * even


def draw_log(value: float | Range, *, like: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b 1 1 1"]:
    """One number per image of the batch `like`, whose logarithm is evenly distributed."""
    ends = Range(*map(math.log, value)) if isinstance(value, Range) else math.log(value)
    return draw(ends, like=like, rng=rng).exp()


def draw_whole(
    value: float | Range, *, like: Float[Tensor, "b c h w"], rng: torch.Generator
) -> Float[Tensor, "b 1 1 1"]:
    """One whole number per image of the batch `like`; every number of a range, its ends too, is as likely."""
    if not isinstance(value, Range):
        return like.new_full((len(like), 1, 1, 1), round(value))
    low, high = round(value.low), round(value.high)
    drawn = draw(Range(low, high + 1), like=like, rng=rng).floor()
    return drawn.clamp(max=high)  # low + width * 0.99999 may round up to the open end


def chance(share: float, *, like: Float[Tensor, "b c h w"], rng: torch.Generator) -> Bool[Tensor, "b 1 1 1"] | bool:
    """Whether it happens to each image of the batch `like`; one answer for all of them where `share` is 0 or 1."""
    if share in (0, 1):
        return share == 1
    return torch.rand((len(like), 1, 1, 1), generator=rng, device=like.device, dtype=like.dtype) < share


def normal(like: Float[Tensor, "*shape"], rng: torch.Generator) -> Float[Tensor, "*shape"]:
    """Standard normal noise of the shape, device and type of `like`."""
    return torch.randn(like.shape, generator=rng, device=like.device, dtype=like.dtype)
