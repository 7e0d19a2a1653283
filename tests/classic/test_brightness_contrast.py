import numpy as np
import pytest

from relume.classic.brightness_contrast import BrightnessContrast
from relume.errors import BadInputError


def test_equals_the_formula(photo):
    pixels = photo().astype(np.float64)
    expected = (pixels - 0.5) * 1.5 + 0.5 - 0.1
    np.testing.assert_allclose(BrightnessContrast(brightness=-0.1, contrast=1.5)(photo()), expected, atol=1e-6)


def test_a_dull_picture_fills_the_range(photo):
    dull = photo() * np.float32(0.6) + np.float32(0.2)
    restored = BrightnessContrast()(dull)
    assert np.percentile(restored.min(axis=2), 0.5) == pytest.approx(0, abs=1e-5)
    assert np.percentile(restored.max(axis=2), 99.5) == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(restored, np.polyval(np.polyfit(dull.ravel(), restored.ravel(), 1), dull), atol=1e-5)


@pytest.mark.parametrize("level", [0.0, 0.3, 0.5, 1.0])
def test_a_flat_picture_is_not_torn_apart(level):
    flat = np.full((8, 8, 3), level, np.float32)
    flat[0, 0] += np.float32(0.01)
    restored = BrightnessContrast()(flat)
    assert np.ptp(restored) <= 0.0301
    assert np.abs(restored - flat).max() < 0.05


def test_brightness_alone_is_chosen_so_that_the_picture_is_centred(photo):
    dark = photo() * np.float32(0.3)
    restored = BrightnessContrast(contrast=1.0)(dark)
    ends = np.percentile(restored.min(axis=2), 0.5), np.percentile(restored.max(axis=2), 99.5)
    assert sum(ends) == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(np.diff(restored[0], axis=0), np.diff(dark[0], axis=0), atol=1e-6)


def test_contrast_alone_is_chosen_so_that_nothing_is_clipped(photo):
    dull = photo() * np.float32(0.5) + np.float32(0.25)
    restored = BrightnessContrast(brightness=0.0)(dull)
    ends = np.percentile(restored.min(axis=2), 0.5), np.percentile(restored.max(axis=2), 99.5)
    assert min(ends[0], 1 - ends[1]) == pytest.approx(0, abs=1e-5)


def test_halo_tells_whether_the_whole_picture_is_needed():
    assert BrightnessContrast().halo is BrightnessContrast(contrast=1.0).halo is None
    assert BrightnessContrast(brightness=0.1, contrast=1.0).halo == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"brightness": 2.0}, "BrightnessContrast needs brightness from -1 to 1, but got 2.0"),
        ({"contrast": -1.0}, "BrightnessContrast needs contrast from 0 to 10, but got -1.0"),
    ],
)
def test_options_without_sense_are_refused(options, message):
    with pytest.raises(BadInputError, match=message):
        BrightnessContrast(**options)
