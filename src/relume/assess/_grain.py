"""Grain: what is left in the flattest places once a plane is taken off, at all spatial frequencies."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float32

from relume.assess._patches import cut
from relume.assess._sample import Crop

_SIDE = 8
_COUNT = 9_000


class Grain(NamedTuple):
    """Standard deviation in the flattest 3 % of the places, per channel, and whether many places share that level."""

    sigma: tuple[float, ...]
    even: bool


def measure(crops: Sequence[Crop]) -> Grain:
    """Grain of each channel.

    It is even when the calmest tenth of the picture is at most 1.6 times as restless as the calmest hundredth: noise is
    everywhere, texture is not. Of 15 photographs with camera noise half are found so, of their clean partners none.

    >>> rng = np.random.default_rng(0)
    >>> round(measure([0.5 + 0.1 * rng.standard_normal((128, 128, 1)).astype(np.float32)]).sigma[0], 2)
    0.1
    """
    positions = sum(crop.shape[0] * crop.shape[1] for crop in crops)
    step = max(1, int(np.ceil(np.sqrt(positions / _COUNT))))
    raw = np.concatenate([cut(crop, _SIDE, step) for crop in crops], axis=1)
    levels = [_levels(raw[:, :, k]) for k in range(raw.shape[2])]
    lowest = np.array([level[0] for level in levels])
    tenth = np.array([level[2] for level in levels])
    even = bool(lowest.mean() > 1 / 255 and tenth.mean() < 1.6 * lowest.mean())
    # 1.17: the calmest 3 % of patches of pure white noise show this much less than the noise they hold.
    return Grain(sigma=tuple(float(1.17 * level[1]) for level in levels), even=even)


def _levels(raw: Float32[np.ndarray, "p n"]) -> tuple[float, float, float]:
    """Quantiles (1, 3 and 10 %) of the standard deviation about a fitted plane."""
    place = np.linspace(-1, 1, _SIDE)
    ones = np.ones(_SIDE)
    plane = np.stack([np.outer(ones, ones), np.outer(place, ones), np.outer(ones, place)]).reshape(3, -1)
    plane = (plane / np.linalg.norm(plane, axis=1, keepdims=True)).astype(np.float32)
    raw = np.compress(np.isfinite(raw.sum(0)), raw, axis=1)
    lowest, highest = raw.min(0), raw.max(0)
    if lowest.size and lowest.min() >= 0 and highest.max() <= 1:
        raw = np.compress((lowest > 0) & (highest < 1), raw, axis=1)  # clipping would pass for calm
    if raw.shape[1] < 50:
        return 0.0, 0.0, 0.0
    # Differences from the first pixel: the sum of squares of bright patches would drown small noise in rounding.
    raw = raw - raw[:1]
    rest = np.maximum((raw**2).sum(0) - ((plane @ raw) ** 2).sum(0), 0) / (_SIDE * _SIDE - 3)
    low, middle, high = np.sqrt(np.quantile(rest, (0.01, 0.03, 0.1)))
    return float(low), float(middle), float(high)
