"""Where in a training run a degradation stands: what is scheduled over the run is told, however deep it lies."""

import dataclasses
from typing import Any


def at_place(degradation: Any, place: float) -> Any:
    """The degradation at a place of the run, steps done / steps in all; itself where nothing in it is scheduled.

    >>> from relume.degrade import parse
    >>> faint = parse('{"name": "scheduled", "part": {"name": "gaussian_noise", "sigma": 0.1}}')
    >>> at_place(faint, 0.25).place
    0.25
    """
    if type(degradation) is tuple:  # and no Range, which is one too
        moved = tuple(at_place(part, place) for part in degradation)
        return moved if any(new is not old for new, old in zip(moved, degradation, strict=True)) else degradation
    if not dataclasses.is_dataclass(degradation) or isinstance(degradation, type):
        return degradation
    before = {f.name: getattr(degradation, f.name) for f in dataclasses.fields(degradation)}
    after = {name: at_place(value, place) for name, value in before.items()}
    changed = {name: value for name, value in after.items() if value is not before[name]}
    whole: Any = dataclasses.replace(degradation, **changed) if changed else degradation
    return whole.at(place) if hasattr(whole, "at") else whole
