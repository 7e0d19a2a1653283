import numpy as np

from relume.image import Image
from relume.make._pictures import dead_leaves
from relume.make.clean.faults._view import View
from relume.make.clean.faults.dark import Dark

CLEAN = dead_leaves(96, 128, seed=1)


def found(pixels):
    return Dark()(View(Image(pixels=pixels.astype(np.float32))))


def test_three_stops_less_light_are_found_with_the_brightness_of_the_highlights():
    dark = CLEAN * 2 ** (-3.5 / 2.2)
    finding = found(dark)
    luminance = dark @ np.array([0.299, 0.587, 0.114])
    assert finding is not None
    assert abs(finding.value - np.quantile(luminance, 0.99)) < 1e-3
    assert "its brightest places reach" in finding.reason


def test_a_night_with_lights_is_spared_and_one_that_is_nearly_black_is_not():
    night = 0.2 * CLEAN + 0.05
    night[:20, :40] = 0.9
    assert found(night) is None
    black = 0.03 * CLEAN
    black[:5, :40] = 0.9
    finding = found(black)
    assert finding is not None
    assert "its mean brightness is" in finding.reason
