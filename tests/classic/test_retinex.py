import numpy as np
import pytest
from scipy import ndimage

from relume.classic._colour import luma
from relume.classic.retinex import Retinex, blurred
from relume.errors import BadInputError


def test_equals_the_paper_computed_with_scipy(photo):
    plane = photo(96, 128, 1)[..., 0].astype(np.float64)
    judged = np.zeros_like(plane)
    for scale in (0.03, 0.16, 0.5):
        around = ndimage.gaussian_filter(plane, scale * 96, mode="reflect")
        judged += np.log(plane / around) / 3
    low, high = np.percentile(judged, (1, 99))
    expected = np.clip((judged - low) / (high - low), 0, 1)
    ours = Retinex(amount=1.0, brightest=100.0)(plane.astype(np.float32)[..., None])[..., 0]
    np.testing.assert_allclose(ours, expected, atol=0.02)


@pytest.mark.parametrize("sigma", [3.0, 20.0, 60.0])
def test_wide_blurs_on_a_smaller_picture_equal_scipy(photo, sigma):
    plane = photo(150, 200, 1)[..., 0]
    np.testing.assert_allclose(blurred(plane, sigma=sigma), ndimage.gaussian_filter(plane, sigma), atol=0.01)


def test_evens_out_light_that_falls_off(photo):
    fall = np.linspace(1, 0.25, 128, dtype=np.float32)[None, :, None]
    clean = photo(96, 128)
    left, right = slice(0, 40), slice(-40, None)

    def ratio(pixels):
        return luma(pixels)[:, left].mean() / luma(pixels)[:, right].mean()

    assert ratio(clean * fall) > 2
    assert ratio(Retinex(amount=1.0)(clean * fall)) < 0.65 * ratio(clean * fall)


def test_no_pixel_becomes_brighter_than_allowed(photo):
    dark = photo() * np.float32(0.05)
    restored = Retinex(brightest=2.0, amount=1.0)(dark)
    assert (luma(restored) <= 2 * luma(dark) + 1e-5).all()


def test_a_flat_picture_stays():
    flat = np.full((30, 40, 3), 0.2, np.float32)
    np.testing.assert_allclose(Retinex()(flat), flat, atol=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scales": ()}, r"Retinex needs scales greater than 0 and at most 1, but got \(\)\. They are shares"),
        (
            {"scales": (15.0, 80.0)},
            r"at most 1, but got \(15.0, 80.0\)\. They are shares of the picture's shorter side",
        ),
        ({"spared": 50.0}, "Retinex needs spared from 0 to 20, but got 50.0"),
        ({"amount": 1.5}, "Retinex needs amount from 0 to 1, but got 1.5"),
        ({"brightest": 0.5}, "Retinex needs brightest from 1 to 100, but got 0.5"),
    ],
)
def test_options_without_sense_are_refused(options, message):
    with pytest.raises(BadInputError, match=message):
        Retinex(**options)
