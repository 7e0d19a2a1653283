import cv2
import numpy as np
import pytest

from relume.classic._colour import luma
from relume.classic.clahe import Clahe
from relume.errors import BadInputError


def shaded(side=256):
    """A dull picture with a bright and a dark half."""
    y, x = np.mgrid[:side, :side] / np.float32(side)
    texture = 0.03 * np.sin(40 * x) * np.cos(31 * y)
    noise = 0.01 * np.random.default_rng(0).standard_normal((side, side))
    return (0.3 + 0.4 * x + texture + noise).clip(0, 1).astype(np.float32)[..., None]


@pytest.mark.parametrize(("limit", "alike"), [(1.5, 0.98), (3.0, 0.985), (256.0, 0.999)])
def test_is_close_to_opencv_on_8_bits(limit, alike):
    eight_bit = np.rint(shaded() * 255).astype(np.uint8)
    expected = cv2.createCLAHE(clipLimit=limit, tileGridSize=(8, 8)).apply(eight_bit) / 255
    ours = Clahe(limit=limit)(eight_bit.astype(np.float32) / 255)[..., 0]
    # OpenCV gives cut-off counts back once, so that bins may exceed the limit again; ours are held to it.
    assert np.corrcoef(ours.ravel(), expected.ravel())[0, 1] > alike
    # A level reads the middle of its bin in ours, the top in OpenCV's.
    assert np.std(ours - expected) < 0.025
    assert 0 < np.mean(expected - ours) < 0.04


def test_raises_local_contrast_and_limit_1_none():
    pixels = shaded()
    parts = [pixels[:64, :64], pixels[96:160, 96:160]]
    for part, window in zip(parts, [(slice(64), slice(64)), (slice(96, 160), slice(96, 160))], strict=True):
        assert np.std(Clahe()(pixels)[window]) > 1.3 * np.std(part)
    np.testing.assert_allclose(Clahe(limit=1.0)(pixels), pixels, atol=1e-5)


def test_no_seams_between_parts():
    ramp = np.tile(np.linspace(0.2, 0.8, 256, dtype=np.float32), (256, 1))[..., None]
    steps = np.diff(Clahe()(ramp)[..., 0], axis=1)
    assert steps.min() >= 0
    assert steps.max() < 3 * (0.6 / 255)


def test_colour_pictures_change_by_their_lightness():
    colour = shaded() * np.float32([0.9, 0.8, 0.6])
    light = luma(colour)[..., None]
    np.testing.assert_allclose(luma(Clahe()(colour)), Clahe()(light)[..., 0], atol=1e-5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"limit": 0.5}, "Clahe needs limit 1 or more, but got 0.5"),
        ({"parts": 0}, "Clahe needs parts to be a whole number from 1 to 64, but got 0"),
    ],
)
def test_options_without_sense_are_refused(options, message):
    with pytest.raises(BadInputError, match=message):
        Clahe(**options)
