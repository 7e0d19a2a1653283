import numpy as np
import pytest
from skimage.metrics import structural_similarity

from relume.errors import BadInputError
from relume.metrics.ssim import Ssim


def by_scikit_image(restored, clean, peak=1):
    options = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "channel_axis": 2}
    return structural_similarity(restored.astype(float), clean.astype(float), data_range=peak, **options)


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("sigma", [0.01, 0.08, 0.4])
def test_equals_scikit_image(pair, channels, sigma):
    restored, clean = pair(channels=channels, sigma=sigma)
    assert Ssim()(restored, clean) == pytest.approx(by_scikit_image(restored, clean), abs=1e-7)


def test_border_is_cut_before_the_windows_are(pair):
    restored, clean = pair()
    expected = by_scikit_image(restored[4:-4, 4:-4], clean[4:-4, 4:-4])
    assert Ssim(border=4)(restored, clean) == pytest.approx(expected, abs=1e-7)


def test_peak_scales_the_constants(pair):
    restored, clean = pair()
    assert Ssim(peak=255.0)(restored * 255, clean * 255) == pytest.approx(Ssim()(restored, clean), abs=1e-6)


def test_the_mean_of_channels_is_the_whole(pair):
    restored, clean = pair()
    assert np.mean(Ssim().per_channel(restored, clean)) == pytest.approx(Ssim()(restored, clean))


def test_an_inverted_picture_is_unlike_below_zero(pair):
    _, clean = pair()
    assert Ssim()(1 - clean, clean) < 0


def test_one_window_is_enough_and_less_is_refused(pair):
    assert Ssim()(*pair(11, 11)) < 1
    with pytest.raises(
        BadInputError, match="SSIM needs at least 11 by 11 pixels, but a picture of 10 by 40 with a border"
    ):
        Ssim()(*pair(10, 40))
