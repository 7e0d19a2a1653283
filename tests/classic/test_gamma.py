import numpy as np
import pytest
from skimage import exposure

from relume.classic._colour import luma
from relume.classic.gamma import Gamma
from relume.errors import BadInputError


@pytest.mark.parametrize("gamma", [0.5, 1.0, 2.2])
def test_equals_scikit_image(photo, gamma):
    np.testing.assert_allclose(Gamma(gamma=gamma)(photo()), exposure.adjust_gamma(photo(), 1 / gamma), rtol=1e-5)


def test_values_below_black_are_mirrored():
    assert Gamma(gamma=2.0)(np.float32([[[-0.25]]])) == -0.5


def test_a_dark_picture_is_brightened_towards_the_target(photo):
    dark = photo() * np.float32(0.5)
    restored = luma(Gamma()(dark)).mean()
    assert restored == pytest.approx(0.4, abs=0.02)
    assert luma(dark).mean() < 0.3


def test_a_bright_picture_stays(photo):
    np.testing.assert_allclose(Gamma()(photo()), photo(), atol=1e-6)


def test_a_night_is_not_turned_into_day(photo):
    night = photo() * np.float32(0.02)
    np.testing.assert_allclose(Gamma()(night), Gamma(gamma=1.8)(night))


def test_black_stays_black():
    assert not Gamma()(np.zeros((3, 3, 3), np.float32)).any()


def test_halo_tells_whether_the_whole_picture_is_needed():
    assert (Gamma().halo, Gamma(gamma=1.2).halo) == (None, 0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"gamma": 0.0}, "Gamma needs gamma from 0.1 to 10, but got 0.0"),
        ({"target": 1.0}, "Gamma needs target from 0.01 to 0.99, but got 1.0"),
    ],
)
def test_options_without_sense_are_refused(options, message):
    with pytest.raises(BadInputError, match=message):
        Gamma(**options)
