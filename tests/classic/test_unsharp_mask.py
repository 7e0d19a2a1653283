import numpy as np
import pytest
from skimage import filters

from relume.classic._colour import luma
from relume.classic.unsharp_mask import UnsharpMask
from relume.errors import BadInputError


@pytest.mark.parametrize(("radius", "amount"), [(1.0, 1.0), (2.5, 0.4)])
def test_equals_scikit_image_without_threshold(photo, radius, amount):
    pixels = photo(channels=1)
    expected = filters.unsharp_mask(pixels, radius=radius, amount=amount, channel_axis=2, preserve_range=True)
    restorer = UnsharpMask(radius=radius, amount=amount, threshold=0.0)
    inside = slice(restorer.halo, -restorer.halo)  # the two mirror a border differently
    np.testing.assert_allclose(restorer(pixels)[inside, inside], expected[inside, inside], atol=1e-4)


def test_colour_pictures_are_sharpened_in_lightness_only(photo):
    sharpened = UnsharpMask()(photo())
    added = sharpened - photo()
    assert np.ptp(added, axis=2).max() < 1e-6
    np.testing.assert_allclose(luma(sharpened), UnsharpMask()(luma(photo())[..., None])[..., 0], atol=1e-5)


def test_details_below_the_threshold_stay():
    noise = 0.002 * np.random.default_rng(0).uniform(-1, 1, (40, 40, 1)).astype(np.float32) + np.float32(0.5)
    assert np.array_equal(UnsharpMask(threshold=0.01)(noise), noise)
    assert not np.array_equal(UnsharpMask(threshold=0.0)(noise), noise)


def test_threshold_makes_no_edges():
    # The result is a continuous function of the detail: nothing jumps where the threshold is passed.
    heights = np.linspace(0, 0.1, 400)
    peaks = []
    for height in heights:
        pixels = np.full((9, 9, 1), 0.5, np.float32)
        pixels[4, 4] += np.float32(height)
        peaks.append(UnsharpMask()(pixels)[4, 4, 0])
    assert np.diff(peaks).max() < 3 * heights[1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"amount": -1.0}, "UnsharpMask needs amount from 0 to 10, but got -1.0"),
        ({"radius": 0.0}, "UnsharpMask needs radius greater than 0, but got 0.0"),
        ({"radius": 1000.0}, "UnsharpMask needs radius from 0 to 256, but got 1000.0"),
        ({"threshold": 2.0}, "UnsharpMask needs threshold from 0 to 1, but got 2.0"),
    ],
)
def test_options_without_sense_are_refused(options, message):
    with pytest.raises(BadInputError, match=message):
        UnsharpMask(**options)
