import numpy as np
import pytest
from scipy import ndimage

from relume.classic.gaussian import Gaussian
from relume.errors import BadInputError


@pytest.mark.parametrize("spatial_sigma", [0.5, 1.0, 2.25])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_equals_scipy(photo, spatial_sigma, channels):
    pixels, restorer = photo(channels=channels), Gaussian(spatial_sigma=spatial_sigma)
    sigmas = (spatial_sigma, spatial_sigma, 0)
    expected = ndimage.gaussian_filter(pixels, sigmas, mode="mirror", radius=(restorer.halo, restorer.halo, 0))
    np.testing.assert_allclose(restorer(pixels), expected, atol=2e-6)


def test_spatial_sigma_0_changes_nothing(photo):
    assert np.array_equal(Gaussian(spatial_sigma=0.0)(photo()), photo())


def test_a_negative_sigma_is_refused():
    with pytest.raises(BadInputError, match=r"Gaussian needs spatial_sigma from 0 to 256, but got -1.0"):
        Gaussian(spatial_sigma=-1.0)
