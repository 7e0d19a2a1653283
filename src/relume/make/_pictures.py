"""Pictures with the statistics of photographs, from a seed: to measure halos on, and for golden pairs."""

import numpy as np
from jaxtyping import Float32

from relume.image import Pixels


def dead_leaves(height: int, width: int, *, seed: int) -> Pixels:
    """Discs of all sizes that hide one another, shaded and textured; in [0, 1].

    Reference: Lee, Mumford & Huang, "Occlusion Models for Natural Images", IJCV 2001.
    """
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    picture = np.zeros((height, width, 3), np.float32)
    bare = np.ones((height, width), bool)
    smallest, largest = 4.0, max(height, width) / 3
    while bare.any():
        # Radii by r^-3, which is what makes the picture look the same at every scale.
        radius = (largest**-2 + rng.random() * (smallest**-2 - largest**-2)) ** -0.5
        top, left = rng.uniform(-radius, height + radius), rng.uniform(-radius, width + radius)
        here = bare & ((y - top) ** 2 + (x - left) ** 2 < radius**2)
        if not here.any():
            continue
        picture[here] = _leaf(rng, y[here] / height, x[here] / width)
        bare &= ~here
    return picture.clip(0, 1)


def _leaf(rng: np.random.Generator, y: Float32[np.ndarray, " n"], x: Float32[np.ndarray, " n"]) -> np.ndarray:
    """One colour, brighter to one side, with a faint grain or stripes."""
    slope = rng.normal(0, 0.3, 2)
    stripes = rng.choice([0, 0.05]) * np.sin(2 * np.pi * (rng.uniform(-40, 40) * y + rng.uniform(-40, 40) * x))
    grain = rng.normal(0, rng.choice([0, 0.02]), len(y))
    shade = slope[0] * (y - 0.5) + slope[1] * (x - 0.5) + stripes + grain
    colour = rng.uniform(0.05, 0.95) + rng.normal(0, 0.12, 3)
    return (colour + shade[:, None]).astype(np.float32)
