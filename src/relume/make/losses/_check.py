"""Checks of the losses' options and pictures."""

from torch import Tensor

from relume.errors import BadInputError, ShapeMismatchError


def above_zero(name: str, value: float) -> None:
    """Refuse what is not a positive number."""
    if not value > 0:
        raise BadInputError(f"{name} is above 0, but came as {value:g}. Leave it out for its usual value.")


def at_least(loss: str, picture: Tensor, side: int, *, remedy: str) -> None:
    """Refuse pictures with a side below `side` pixels."""
    height, width = picture.shape[-2:]
    if min(height, width) < side:
        raise ShapeMismatchError(
            f"{loss} needs at least {side} by {side} pixels, but got {height} by {width}. {remedy}"
        )
