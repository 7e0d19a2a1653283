import cv2
import numpy as np
import pytest

from relume.make.clean import fingerprint
from relume.make.clean.align import correlation
from relume.make.clean.fingerprint import WINDOWS, Window

WHOLE = WINDOWS[0]


def thumb(pixels):
    return fingerprint.of(pixels).thumb


def test_a_picture_correlates_fully_with_itself_whatever_its_brightness(leaves_):
    pixels = leaves_(0)
    assert correlation(thumb(pixels), thumb(0.5 * pixels + 0.2), WHOLE) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("seed", range(4))
def test_a_crop_correlates_highly_from_a_guess_that_is_off(leaves_, seed):
    pixels = leaves_(seed)
    height, width = pixels.shape[:2]
    part = pixels[round(0.07 * height) : round(0.96 * height), round(0.02 * width) : round(0.92 * width)]
    small = cv2.resize(part, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    assert correlation(thumb(small), thumb(pixels), Window(0.05, 0.95, 0.0, 0.9)) > 0.8


def test_other_pictures_do_not_correlate_not_even_with_the_same_light_and_shade(leaves_):
    slope = np.linspace(0, 1, 176, dtype=np.float32)[None, :, None]
    one, other = (0.2 * leaves_(seed) + 0.8 * slope for seed in (0, 1))
    assert np.corrcoef(thumb(one).ravel(), thumb(other).ravel())[0, 1] > 0.8  # plain correlation is taken in
    assert correlation(thumb(one), thumb(other), WHOLE) < 0.4


def test_flat_thumbnails_correlate_with_nothing():
    flat = np.zeros((64, 64), np.uint8)
    assert correlation(flat, flat, WHOLE) <= 0
