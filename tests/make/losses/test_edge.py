import numpy as np
import pytest
import torch
from scipy import ndimage

from relume.errors import ShapeMismatchError
from relume.make.losses.edge import Edge


def test_is_scipys_sobel_filter():
    rng = np.random.default_rng(0)
    restored, clean = rng.normal(size=(2, 2, 3, 9, 12)).astype(np.float32)

    def slopes(pictures, axis):
        return np.stack([ndimage.sobel(plane, axis=axis) / 8 for plane in pictures.reshape(-1, 9, 12)])[:, 1:-1, 1:-1]

    wanted = np.mean([np.abs(slopes(restored, axis) - slopes(clean, axis)) for axis in (0, 1)])
    assert float(Edge()(torch.from_numpy(restored), torch.from_numpy(clean))) == pytest.approx(wanted, rel=1e-5)


def test_a_shift_of_brightness_costs_nothing():
    clean = torch.rand(1, 3, 8, 8)
    assert float(Edge()(clean + 0.25, clean)) == pytest.approx(0, abs=1e-7)


def test_too_small_a_crop_is_refused():
    with pytest.raises(ShapeMismatchError, match="edge loss needs at least 3 by 3 pixels, but got 2 by 5"):
        Edge()(torch.zeros(1, 3, 2, 5), torch.zeros(1, 3, 2, 5))
