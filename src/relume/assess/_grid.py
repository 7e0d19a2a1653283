"""The 8 x 8 grid of JPEG: where it lies, and the quantisation steps that DCT coefficients on it still show.

Reference: Fan, de Queiroz, "Identification of bitmap compression history: JPEG detection and quantizer estimation",
IEEE TIP 2003.
"""

import functools
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float32, Float64, Int64

from relume.assess._patches import cut, dct_rows

Plane = Float32[np.ndarray, "_ _"]

# Luminance steps of ITU-T T.81 table K.1, in rows of increasing vertical frequency.
_TABLE = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ]
)
_PLACES = [(0, 1), (1, 0), (1, 1), (0, 2), (2, 0), (1, 2), (2, 1), (0, 3), (3, 0), (2, 2)]
_QUALITIES = range(2, 96)
_BINS, _LARGEST = 4, 256  # per unit of coefficient; values above are not looked at
_BLOCKS = 1500  # for each of the 64 places the grid may have


class Grid(NamedTuple):
    """Offset of the first whole block, and the quality whose steps fit."""

    top: int
    left: int
    quality: int


def find(planes: Sequence[Plane]) -> Grid | None:
    """The grid of luminance planes in [0, 255] (of one picture, cut at multiples of 8), or None where there is none."""
    weights = _weights()
    best, found = 0.0, None
    for top in range(8):
        for left in range(8):
            histograms = _histograms(planes, top, left).ravel()
            hits, seen = weights[0] @ histograms, weights[1] @ histograms
            score = hits / np.maximum(seen, 1)
            sure = score * np.sqrt(2 * seen)  # standard errors above what coefficients without steps give
            score = np.where((sure > 8) & (seen > 60), score, 0)
            # Every divisor of the true steps fits as well: take the coarsest table that fits nearly as well as any.
            fits = np.flatnonzero(score > max(0.4, 0.96 * score.max()))
            if len(fits) and score.max() * math.sqrt(seen[fits[0]]) > best:
                best, found = score.max() * math.sqrt(seen[fits[0]]), Grid(top, left, _QUALITIES[int(fits[0])])
    return found


def blockiness(planes: Sequence[Plane], grid: Grid) -> float:
    """Mean jump across the edges of blocks over the mean jump elsewhere."""
    on = off = 0.0
    count_on = count_off = 0
    for plane in planes:
        for jumps, offset in (
            (np.abs(np.diff(plane, axis=0)), grid.top),
            (np.abs(np.diff(plane, axis=1)).T, grid.left),
        ):
            edge = (np.arange(len(jumps)) - offset) % 8 == 7
            on, count_on = on + float(jumps[edge].sum()), count_on + jumps[edge].size
            off, count_off = off + float(jumps[~edge].sum()), count_off + jumps[~edge].size
    return (on / max(count_on, 1)) / max(off / max(count_off, 1), 1e-6)


def table(quality: int) -> Int64[np.ndarray, "8 8"]:
    """Luminance steps at a quality of 1 to 100, as libjpeg scales them.

    >>> table(50)[0, :3].tolist(), table(90)[0, :3].tolist()
    ([16, 11, 10], [3, 2, 2])
    """
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    return np.clip((_TABLE * scale + 50) // 100, 1, 255)


def _histograms(planes: Sequence[Plane], top: int, left: int) -> Float64[np.ndarray, "f v"]:
    """How often each magnitude of each of a few frequencies occurs, in blocks at that offset."""
    positions = sum((plane.shape[0] // 8) * (plane.shape[1] // 8) for plane in planes)
    step = 8 * max(1, math.ceil(math.sqrt(positions / _BLOCKS)))
    blocks = [cut(plane[top:, left:, None], 8, step)[:, :, 0] for plane in planes if min(plane.shape) >= 16]
    if not blocks:
        return np.zeros((len(_PLACES), _LARGEST * _BINS))
    one = dct_rows(8)
    basis = np.stack([np.outer(one[u], one[v]).ravel() for u, v in _PLACES])
    values = np.minimum(np.abs(basis @ np.concatenate(blocks, axis=1)) * _BINS + 0.5, _LARGEST * _BINS - 1).astype(
        np.int64
    )
    return np.stack([np.bincount(row, minlength=_LARGEST * _BINS) for row in values]).astype(np.float64)


@functools.cache
def _weights() -> tuple[Float64[np.ndarray, "q fv"], Float64[np.ndarray, "q fv"]]:
    """What each magnitude says for each quality: cos(2 pi value / step), and whether it counts at all."""
    steps = np.array([[table(quality)[place] for place in _PLACES] for quality in _QUALITIES], np.float64)[:, :, None]
    value = np.arange(_LARGEST * _BINS) / _BINS
    # Zero is a multiple of everything; and steps below 2 drown in the rounding of pixels.
    counts = (value > steps / 2) & (value < _LARGEST - 1) & (steps > 1)
    cosines = np.cos(2 * np.pi * value / steps) * counts
    return cosines.reshape(len(steps), -1), counts.astype(np.float64).reshape(len(steps), -1)
