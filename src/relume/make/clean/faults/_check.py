"""Checks of limits: a wrong one is refused when the fault is made, not when thousands of pictures are read."""

import math
from typing import Any

from relume.errors import BadInputError


def within(fault: Any, *, high: float) -> None:
    """Refuse any limit of `fault` that is no number above 0 and up to `high`."""
    for name, value in vars(fault).items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or not 0 < value <= high:
            raise BadInputError(
                f"{type(fault).__name__} needs {name} above 0 and up to {high:g}, but got {value!r}. "
                f"Choose another, or leave the usual one."
            )
