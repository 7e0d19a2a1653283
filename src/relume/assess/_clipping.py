"""What clipping to [0, 1] takes from noise, so that it can be given back."""

import math

import numpy as np
from jaxtyping import Float32, Float64

_T = np.linspace(-1, 6, 281)  # true mean, in standard deviations above the clipping level


def _moments() -> tuple[Float64[np.ndarray, " n"], Float64[np.ndarray, " n"]]:
    """Mean and standard deviation of max(0, t + normal) for the grid of t."""
    below = np.array([0.5 * math.erfc(t / math.sqrt(2)) for t in _T])
    density = np.exp(-(_T**2) / 2) / math.sqrt(2 * math.pi)
    mean = _T * (1 - below) + density
    square = (_T**2 + 1) * (1 - below) + _T * density
    return mean, np.sqrt(square - mean**2)


_MEAN, _DEVIATION = _moments()


def remaining(means: Float32[np.ndarray, "n c"], sigma: Float64[np.ndarray, " c"]) -> Float32[np.ndarray, "n c"]:
    """Share of its standard deviation that noise of `sigma` keeps, where its clipped mean is `means`.

    >>> remaining(np.array([[0.5], [0.0]], np.float32), np.array([0.1])).round(1).tolist()
    [[1.0], [0.30000001192092896]]
    """
    scaled = np.maximum(sigma, 1e-6)
    dark = np.interp(means / scaled, _MEAN, _DEVIATION)
    bright = np.interp((1 - means) / scaled, _MEAN, _DEVIATION)
    return (dark * bright).astype(np.float32)
