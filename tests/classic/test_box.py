import numpy as np
import pytest
from scipy import ndimage

from relume.classic.box import Box
from relume.errors import BadInputError


@pytest.mark.parametrize("radius", [1, 2, 5])
@pytest.mark.parametrize("channels", [1, 3, 5])
def test_equals_scipy(photo, radius, channels):
    pixels = photo(channels=channels)
    expected = ndimage.uniform_filter(pixels, (2 * radius + 1, 2 * radius + 1, 1), mode="mirror")
    np.testing.assert_allclose(Box(radius=radius)(pixels), expected, atol=2e-6)


def test_radius_0_changes_nothing(photo):
    assert np.array_equal(Box(radius=0)(photo()), photo())


def test_a_negative_radius_is_refused():
    with pytest.raises(
        BadInputError, match=r"Box needs radius to be a whole number from 0 to 256, but got -1\. Choose"
    ):
        Box(radius=-1)
