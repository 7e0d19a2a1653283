import math

import numpy as np
import pytest

from relume.metrics.psnr import Psnr
from relume.metrics.psnr_b import PsnrB


def by_loops(restored, clean):
    """The paper's formulas, number by number."""
    restored, clean = restored.astype(np.float64), clean.astype(np.float64)
    height, width = restored.shape
    across, elsewhere = [], []
    for y in range(height):
        for x in range(width - 1):
            (across if x % 8 == 7 else elsewhere).append((restored[y, x] - restored[y, x + 1]) ** 2)
    for y in range(height - 1):
        for x in range(width):
            (across if y % 8 == 7 else elsewhere).append((restored[y, x] - restored[y + 1, x]) ** 2)
    d_b, d_c = sum(across) / len(across), sum(elsewhere) / len(elsewhere)
    eta = 3 / math.log2(min(height, width)) if d_b > d_c else 0
    mse = sum((restored[y, x] - clean[y, x]) ** 2 for y in range(height) for x in range(width)) / (height * width)
    return 10 * math.log10(1 / (mse + eta * (d_b - d_c)))


def blocky(rng, height, width):
    levels = rng.random((-(-height // 8), -(-width // 8))).repeat(8, 0).repeat(8, 1)[:height, :width]
    return (0.5 * levels + 0.1 * rng.random((height, width))).astype(np.float32)


@pytest.mark.parametrize("size", [(16, 24), (29, 43)])
def test_equals_the_formulas_in_plain_loops(size):
    rng = np.random.default_rng(0)
    restored, clean = blocky(rng, *size), rng.random(size).astype(np.float32)
    assert PsnrB()(restored[..., None], clean[..., None]) == pytest.approx(by_loops(restored, clean), abs=1e-6)


def test_blocks_cost_and_their_absence_does_not():
    rng = np.random.default_rng(0)
    clean = rng.random((32, 40, 1), np.float32)
    blocks = blocky(rng, 32, 40)[..., None]
    assert PsnrB()(blocks, clean) < Psnr()(blocks, clean) - 0.05
    shifted = np.roll(blocks, 4, axis=(0, 1))
    assert PsnrB()(shifted, clean) == pytest.approx(Psnr()(shifted, clean))
