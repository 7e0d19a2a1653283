import math

import numpy as np
import pytest
from skimage.color import rgb2ycbcr
from skimage.metrics import peak_signal_noise_ratio

from relume.metrics.psnr import Psnr


@pytest.mark.parametrize("border", [0, 4])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_equals_scikit_image(pair, border, channels):
    restored, clean = pair(channels=channels)
    inside = slice(border, -border or None)
    expected = peak_signal_noise_ratio(clean[inside, inside].astype(float), restored[inside, inside], data_range=1)
    assert Psnr(border=border)(restored, clean) == pytest.approx(expected, abs=1e-6)


def test_y_is_that_of_matlab_and_of_super_resolution_papers(pair):
    restored, clean = pair()
    first, second = rgb2ycbcr(restored)[..., 0], rgb2ycbcr(clean)[..., 0]  # 16 to 235
    expected = peak_signal_noise_ratio(second, first, data_range=255)
    assert Psnr(channel="y")(restored, clean) == pytest.approx(expected, abs=1e-4)


def test_grey_is_y_without_its_studio_swing(pair):
    gain = Psnr(channel="y")(*pair()) - Psnr(channel="grey")(*pair())
    assert gain == pytest.approx(20 * math.log10(255 / 219), abs=1e-6)


def test_known_number():
    # An error of 1/255 everywhere.
    clean = np.zeros((4, 4, 3), np.float32)
    assert Psnr()(clean + np.float32(1 / 255), clean) == pytest.approx(48.1308, abs=1e-4)


def test_peak_is_the_largest_value(pair):
    restored, clean = pair()
    assert Psnr(peak=255.0)(restored * 255, clean * 255) == pytest.approx(Psnr()(restored, clean), abs=1e-4)


def test_equal_pictures_are_infinitely_good(pair):
    _, clean = pair()
    assert Psnr()(clean, clean) == math.inf
    assert Psnr().per_channel(clean, clean) == (math.inf, math.inf, math.inf)


def test_nothing_is_clipped():
    clean = np.zeros((4, 4, 1), np.float32)
    assert Psnr()(clean - 1, clean) == 0
