"""Pairs of pictures to measure."""

import numpy as np
import pytest


@pytest.fixture
def pair():
    """A function that gives a restored and a clean picture of a given size, both full of structure."""

    def draw(height=60, width=81, channels=3, *, sigma=0.08):
        rng = np.random.default_rng(11)
        y, x = np.mgrid[:height, :width] / np.float32(25)
        planes = [0.5 + 0.3 * np.sin(x * (i + 1)) * np.cos(2 * y) + 0.1 * (x % 1 > 0.6) for i in range(channels)]
        clean = np.stack(planes, axis=2) + 0.05 * rng.standard_normal((height, width, channels))
        restored = 0.95 * clean + sigma * rng.standard_normal(clean.shape)
        return restored.astype(np.float32), clean.astype(np.float32)

    return draw
