import re

import numpy as np
import pytest
from scipy import ndimage
from skimage import data

from relume.assess.sharpness import Sharpness
from relume.image import Image


def blurred(plane, radius):
    return Image(pixels=ndimage.gaussian_filter(plane, radius).astype(np.float32)[..., None])


@pytest.mark.parametrize("contrast", [0.2, 0.8])
@pytest.mark.parametrize("radius", [1.0, 1.5, 2.0, 3.0])
def test_finds_the_radius_of_a_blurred_step_whatever_its_contrast(radius, contrast):
    step = np.zeros((128, 128))
    step[:, 64:] = contrast
    # The edge between two pixels is itself a box of width 1: variance 1/12.
    assert Sharpness()(blurred(step, radius)).blur_radius == pytest.approx(np.hypot(radius, 12**-0.5), abs=0.1)


def test_a_more_blurred_photograph_has_a_larger_radius():
    found = [Sharpness()(blurred(data.camera() / 255, radius)).blur_radius for radius in (0.01, 1.5, 3, 4.5)]
    assert found == sorted(found)
    assert found[0] < 0.75
    assert found[2] == pytest.approx(3, rel=0.3)


def test_slight_noise_does_not_pass_for_sharpness():
    soft = blurred(data.camera() / 255, 3)
    noise = np.random.default_rng(0).standard_normal(soft.pixels.shape).astype(np.float32) * 2 / 255
    assert Sharpness()(soft.replace(soft.pixels + noise)).blur_radius == pytest.approx(
        Sharpness()(soft).blur_radius, rel=0.2
    )


def test_says_when_there_is_nothing_to_measure():
    found = Sharpness()(Image(pixels=np.full((64, 64, 3), 0.5, np.float32)))
    assert found.blur_radius is None
    assert found.summary.startswith("too small to tell")


def test_only_what_is_not_sharp_has_a_number():
    assert Sharpness()(blurred(data.camera() / 255, 0.5)).summary == "sharp"
    step = np.repeat(np.float64([[0.1, 0.9]]), 64, axis=1).repeat(128, axis=0)
    assert re.fullmatch(r"soft, edges are blurred by 1\.[89] pixels", Sharpness()(blurred(step, 1.8)).summary)
