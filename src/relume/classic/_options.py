"""Checks of options: a wrong value is refused when the restorer is made, not when it runs."""

import math
from typing import Any

import numpy as np

from relume.errors import BadInputError


def within(owner: str, name: str, value: Any, *, low: float | int, high: float | int = math.inf) -> None:
    """Refuse a value outside `low` to `high`, both included (infinity never is).

    >>> within("Box", "radius", 2, low=0)
    """
    if not (is_number(value) and low <= value <= high and math.isfinite(value)):
        bounds = f"from {low:g} to {high:g}" if math.isfinite(high) else f"{low:g} or more"
        raise BadInputError(f"{owner} needs {name} {bounds}, but got {value!r}. Choose another {name}.")


def above(owner: str, name: str, value: Any, *, limit: float | int) -> None:
    """Refuse a value that is not greater than `limit`, or infinite.

    >>> above("Gamma", "gamma", 1.2, limit=0)
    """
    if not (is_number(value) and value > limit and math.isfinite(value)):
        raise BadInputError(f"{owner} needs {name} greater than {limit:g}, but got {value!r}. Choose another {name}.")


def whole(owner: str, name: str, value: Any, *, low: int, high: int) -> None:
    """Refuse what is not a whole number from `low` to `high`, both included.

    >>> whole("Bicubic", "scale", 2, low=2, high=8)
    """
    if not (is_number(value) and isinstance(value, int | np.integer) and low <= value <= high):
        raise BadInputError(
            f"{owner} needs {name} to be a whole number from {low} to {high}, but got {value!r}. Choose another {name}."
        )


def is_number(value: Any) -> bool:
    """Text and yes or no are none, though Python compares the latter: settings come from command lines too."""
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)
