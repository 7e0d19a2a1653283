"""Synthetic pictures: smooth ground, edges, texture."""

import numpy as np
import pytest


@pytest.fixture
def photo():
    """A function that draws a picture of a given size; the same one each time."""

    def draw(height=48, width=64, channels=3):
        y, x = np.mgrid[:height, :width] / np.float32(32)
        rng = np.random.default_rng(5)
        planes = []
        for i in range(channels):
            plane = 0.5 + 0.25 * np.sin(3 * x + i) * np.cos(2 * y - i)
            plane += 0.15 * ((x + 0.7 * y) % 1 > 0.5)  # edges
            planes.append(plane + 0.03 * rng.standard_normal((height, width)))
        return np.clip(np.stack(planes, axis=2), 0.02, 0.98).astype(np.float32)

    return draw
