import cv2
import numpy as np
import pytest

from relume.classic.adaptive_median import AdaptiveMedian
from relume.errors import BadInputError


def salt_and_pepper(clean, density, *, seed=0):
    """The damaged picture, and where it was damaged."""
    draw = np.random.default_rng(seed).random(clean.shape)
    damaged = np.where(draw < density / 2, 0, np.where(draw > 1 - density / 2, 1, clean)).astype(np.float32)
    return damaged, (draw < density / 2) | (draw > 1 - density / 2)


def psnr(restored, clean):
    return -10 * np.log10(np.mean((restored - clean) ** 2))


def by_loops(plane, impulse, *, radius, enough):
    """The smallest square with enough trusted values, pixel by pixel."""
    result = plane.copy()
    for y, x in np.argwhere(impulse):
        for r in range(1, radius + 1):
            window = slice(max(y - r, 0), y + r + 1), slice(max(x - r, 0), x + r + 1)
            trusted = plane[window][~impulse[window]]
            if len(trusted) >= (enough if r < radius else 1):
                result[y, x] = np.median(trusted)
                break
    return result


@pytest.mark.parametrize("density", [0.05, 0.3, 0.6])
def test_equals_plain_loops(photo, density):
    clean = photo(40, 50, 1)
    damaged, impulse = salt_and_pepper(clean, density)
    expected = by_loops(damaged[..., 0], impulse[..., 0], radius=5, enough=2)
    np.testing.assert_allclose(AdaptiveMedian()(damaged)[..., 0], expected, atol=1e-7)


@pytest.mark.parametrize("density", [0.0, 0.05, 0.5])
def test_touches_only_impulses(photo, density):
    damaged, impulse = salt_and_pepper(photo(), density)
    assert np.array_equal(AdaptiveMedian()(damaged)[~impulse], damaged[~impulse])


@pytest.mark.parametrize(("density", "gain"), [(0.05, 7), (0.2, 6), (0.5, 4)])
def test_is_far_better_than_a_median(photo, density, gain):
    clean = cv2.GaussianBlur(photo(128, 128), (0, 0), 1)
    damaged, _ = salt_and_pepper(clean, density)
    medians = [cv2.medianBlur(damaged, side) for side in (3, 5)]
    assert psnr(AdaptiveMedian()(damaged), clean) > max(psnr(median, clean) for median in medians) + gain


def test_a_burnt_out_sky_and_a_black_frame_stay(photo):
    clean = photo(90, 90, 1)
    clean[:40] = 1
    clean[-20:] = 0
    assert np.array_equal(AdaptiveMedian()(clean), clean)


def test_a_burnt_out_sky_is_repaired_to_white(photo):
    clean = np.ones((60, 60, 1), np.float32)
    damaged, _ = salt_and_pepper(clean, 0.2)
    assert np.array_equal(AdaptiveMedian()(damaged), clean)


def test_dead_pixels_without_hot_ones_are_repaired(photo):
    clean = photo()
    damaged = np.where(np.random.default_rng(0).random(clean.shape) < 0.05, 0, clean).astype(np.float32)
    assert psnr(AdaptiveMedian()(damaged), clean) > psnr(damaged, clean) + 15
    assert AdaptiveMedian()(damaged).min() > 0


def test_a_range_that_the_picture_does_not_fill(photo):
    clean = photo() * 0.5 + 0.1  # a 12-bit sensor in a 16-bit file
    draw = np.random.default_rng(0).random(clean.shape)
    damaged = np.where(draw < 0.1, 0.05, np.where(draw > 0.9, 0.65, clean)).astype(np.float32)
    assert np.array_equal(AdaptiveMedian()(damaged), damaged)
    assert psnr(AdaptiveMedian(low=0.05, high=0.65)(damaged), clean) > psnr(damaged, clean) + 10


def test_an_impulse_without_a_trusted_value_in_reach_stays():
    checks = np.indices((20, 20)).sum(axis=0) % 2
    pixels = checks[..., None].astype(np.float32)
    assert np.array_equal(AdaptiveMedian(radius=1)(pixels), pixels)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"radius": 0}, "AdaptiveMedian needs radius to be a whole number from 1 to 64, but got 0"),
        ({"enough": 10}, "AdaptiveMedian needs enough to be a whole number from 1 to 9, but got 10"),
        ({"low": 1.0, "high": 0.0}, "AdaptiveMedian needs low below high, but got 1.0 and 0.0. They are the values"),
    ],
)
def test_options_without_sense_are_refused(options, message):
    with pytest.raises(BadInputError, match=message):
        AdaptiveMedian(**options)
