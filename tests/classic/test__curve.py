import numpy as np
import pytest
from skimage import exposure

from relume.classic._curve import Curve, limited


def levels(seed=0):
    """An 8-bit picture with a crowded histogram."""
    return np.random.default_rng(seed).normal(90, 25, (120, 100)).clip(5, 250).astype(np.uint8)


def test_equals_scikit_image_but_for_half_a_level_of_rank():
    picture = levels()
    expected = exposure.equalize_hist(picture, nbins=256)
    half = np.bincount(picture.ravel(), minlength=256)[picture] / picture.size / 2
    pixels = picture.astype(np.float32) / 255
    np.testing.assert_allclose(Curve.equalising(pixels)(pixels), expected - half, atol=2e-5)


@pytest.mark.parametrize("limit", [1.0, 1.5, 3.0])
def test_no_slope_is_beyond_the_limit(limit):
    curve = Curve.equalising(levels().astype(np.float32) / 255, limit=limit)
    ramp = curve(np.linspace(0, 1, 1001, dtype=np.float32)[None])
    slopes = np.diff(ramp[0]) * 1000
    assert slopes.min() >= 0
    assert slopes.max() <= limit + 1e-2


def test_limit_1_changes_nothing():
    pixels = levels().astype(np.float32) / 255
    np.testing.assert_allclose(Curve.equalising(pixels, limit=1.0)(pixels), pixels, atol=1e-6)


def test_values_beyond_the_range_keep_their_order():
    curve = Curve.equalising(levels().astype(np.float32) / 255)
    beyond = curve(np.float32([[-0.5, -0.1, 0.0, 1.0, 1.2, 1.5]]))[0]
    assert (np.diff(beyond) > 0.09).all()


@pytest.mark.parametrize("most", [0.01, 0.03, 0.2])
def test_what_is_cut_off_is_given_to_the_others(most):
    share = np.random.default_rng(0).dirichlet(np.full(128, 0.2))
    result = limited(share, most)
    assert result.sum() == pytest.approx(1)
    assert result.max() <= most + 1e-12
    free = result < most - 1e-9
    assert np.ptp((result - share)[free]) < 1e-9
