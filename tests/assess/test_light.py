import numpy as np
import pytest
from skimage import color, data

from relume.assess.light import Light
from relume.image import Image


def test_luminance_statistics_are_those_of_numpy_on_bt601():
    pixels = (data.astronaut() / 255).astype(np.float32)
    y = (color.rgb2ycbcr(pixels.astype(np.float64))[..., 0] - 16) / 219
    found = Light()(Image(pixels=pixels))
    assert found.mean == pytest.approx(y.mean(), abs=1e-4)
    assert found.contrast == pytest.approx(y.std(), abs=1e-4)
    assert found.percentiles == pytest.approx(np.quantile(y, (0.01, 0.25, 0.5, 0.75, 0.99)), abs=1e-4)


def test_counts_what_is_clipped():
    pixels = np.full((10, 10, 3), 0.5, np.float32)
    pixels[:2], pixels[9, :, 0] = 0, 1
    found = Light()(Image(pixels=pixels))
    assert (found.clipped_dark, found.clipped_bright) == pytest.approx((0.2, 0.1))
    assert "10% of it blown out, 20% of it black" in found.summary


def test_range_is_counted_in_stops_of_light():
    ends = np.repeat(np.float32([0.5, 0.735357]), 50).reshape(10, 10, 1)  # sRGB: 0.21404 and 0.50 of the light
    assert Light()(Image(pixels=ends)).range_stops == pytest.approx(np.log2(0.5 / 0.21404), abs=0.01)


@pytest.mark.parametrize(
    ("gain", "word"),
    [([1.15, 1, 0.8], "warm cast"), ([0.8, 1, 1.15], "cool cast"), ([1, 1.15, 1], "green cast"), ([1, 1, 1], None)],
)
def test_names_the_cast(gain, word):
    grey = (data.camera() / 255 * 0.8).astype(np.float32)[..., None]
    summary = Light()(Image(pixels=grey * np.float32(gain))).summary
    assert word in summary if word else "cast" not in summary


def test_dark_and_flat_pictures_are_called_so():
    assert Light()(Image(pixels=np.full((8, 8, 1), 0.05, np.float32))).summary == "dark, flat"
    assert Light()(Image(pixels=np.full((8, 8, 1), 0.9, np.float32))).summary == "bright, flat"


def test_grey_has_no_cast():
    assert Light()(Image(pixels=np.full((8, 8, 1), 0.5, np.float32))).cast is None


def test_what_is_wholly_transparent_does_not_count():
    pixels = np.full((10, 10, 3), 0.5, np.float32)
    alpha = np.ones((10, 10), np.float32)
    pixels[:4], alpha[:4] = 0, 0
    found = Light()(Image(pixels=pixels, alpha=alpha))
    assert found.clipped_dark == 0
    assert found.mean == pytest.approx(0.5, abs=1e-6)
    nothing_to_see = Light()(Image(pixels=pixels, alpha=np.zeros_like(alpha)))
    assert nothing_to_see.clipped_dark == pytest.approx(0.4)
