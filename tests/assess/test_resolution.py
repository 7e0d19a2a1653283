import numpy as np
import pytest
from skimage import data, transform

from relume.assess.resolution import Resolution
from relume.image import Image, Kept


def enlarged(times):
    small = transform.resize(data.camera() / 255, (256, 256), anti_aliasing=True)
    side = round(256 * times)
    return Image(pixels=transform.resize(small, (side, side), order=3).astype(np.float32)[..., None])


def test_print_size_follows_the_files_dpi():
    found = Resolution()(Image(pixels=np.zeros((300, 600, 3), np.float32), kept=Kept(dpi=(150.0, 100.0))))
    assert found.print_cm == pytest.approx((600 / 150 * 2.54, 300 / 100 * 2.54), abs=1e-3)
    assert found.megapixels == pytest.approx(0.18)


def test_enlarging_adds_pixels_but_no_detail():
    found = [Resolution()(enlarged(times)) for times in (1, 2, 3, 4)]
    details = [one.detail for one in found]
    assert details == sorted(details, reverse=True)
    assert details[0] > 0.9
    assert details[3] < 0.5
    assert "down to the pixel" in found[0].summary
    assert "enlarged or blurred" in found[3].summary


def test_effective_megapixels_are_the_square_of_detail():
    found = Resolution()(enlarged(3))
    assert found.effective_megapixels == pytest.approx(found.megapixels * found.detail**2)


def test_says_when_it_is_too_small_to_tell():
    found = Resolution()(Image(pixels=np.zeros((1, 1, 3), np.float32)))
    assert found.detail is None
    assert found.summary.endswith("too small to tell")


def test_a_small_picture_has_some_megapixels():
    assert "144 x 160, 0.023 megapixels" in Resolution()(Image(pixels=np.zeros((160, 144, 1), np.float32))).summary
