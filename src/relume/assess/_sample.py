"""A bounded sample of a picture: full-resolution windows, evenly spread."""

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32

Crop = Float32[np.ndarray, "_ _ c"]  # crops of one picture have its channels, but sizes of their own

_SIDE = 256  # of a window, in pixels
_PIXELS = 1_500_000


def spread(crops: Sequence[Crop], *, pixels: int = _PIXELS) -> list[Crop]:
    """The crops themselves, or windows of them when they hold more than `pixels` pixels; no copies.

    >>> [window.shape for window in spread([np.zeros((2000, 1000, 1), np.float32)], pixels=140_000)]
    [(256, 256, 1), (256, 256, 1)]
    """
    total = sum(crop.shape[0] * crop.shape[1] for crop in crops)
    if total <= pixels:
        return list(crops)
    return [window for crop in crops for window in _windows(crop, pixels / total)]


def _windows(crop: Crop, share: float) -> list[Crop]:
    height, width = crop.shape[:2]
    count = max(1, height * width * share / _SIDE**2)
    rows = max(1, min(round(math.sqrt(count * height / width)), height // _SIDE))
    columns = max(1, min(round(count / rows), max(1, width // _SIDE)))
    tops = _starts(height, rows)
    lefts = _starts(width, columns)
    return [crop[top : top + _SIDE, left : left + _SIDE] for top in tops for left in lefts]


def _starts(length: int, count: int) -> list[int]:
    """Evenly spread, multiples of 8 so that a JPEG grid keeps its place."""
    room = max(0, length - _SIDE)
    return [int((place + 0.5) * room / count) // 8 * 8 for place in range(count)]
