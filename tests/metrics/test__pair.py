import numpy as np
import pytest

from relume.errors import BadInputError
from relume.metrics._pair import check_options, pair


def test_y_of_black_and_white_is_that_of_video():
    levels = np.float32([[[0, 0, 0], [1, 1, 1]]])
    y, _ = pair(levels, levels, metric="PSNR", border=0, channel="y")
    np.testing.assert_allclose(y.ravel(), np.array([16, 235]) / 255, atol=1e-6)


def test_grey_of_black_and_white_is_black_and_white():
    levels = np.float32([[[0, 0, 0], [1, 1, 1]]])
    grey, _ = pair(levels, levels, metric="PSNR", border=0, channel="grey")
    np.testing.assert_allclose(grey.ravel(), [0, 1], atol=1e-6)


def test_is_in_double_precision():
    levels = np.zeros((2, 2, 3), np.float32)
    assert {view.dtype for view in pair(levels, levels, metric="PSNR", border=0, channel="rgb")} == {
        np.dtype("float64")
    }


def test_an_unknown_channel_is_refused():
    with pytest.raises(BadInputError, match=r"PSNR has no channel 'Y'\. Choose one of 'rgb', 'y', 'grey'\."):
        check_options("PSNR", border=0, channel="Y")


def test_half_a_pixel_of_border_is_refused():
    with pytest.raises(BadInputError, match=r"SSIM needs a border of 0 or more whole pixels, but got 1\.5\."):
        check_options("SSIM", border=1.5, channel="rgb")


def test_a_picture_too_small_without_a_border_is_not_told_of_one():
    small = np.zeros((4, 9, 3), np.float32)
    with pytest.raises(BadInputError, match=r"leaves 4 by 9\. Use a larger picture, or psnr\.$"):
        pair(small, small, metric="SSIM", border=0, channel="rgb", least=11)
