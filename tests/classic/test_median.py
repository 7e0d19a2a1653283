import numpy as np
import pytest
from scipy import ndimage

from relume.classic.median import Median
from relume.errors import BadInputError


@pytest.mark.parametrize("radius", [1, 2, 3, 6])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_equals_scipy_bit_for_bit(photo, radius, channels):
    pixels = photo(30, 41, channels)
    side = 2 * radius + 1
    assert np.array_equal(Median(radius=radius)(pixels), ndimage.median_filter(pixels, (side, side, 1), mode="nearest"))


def test_strips_of_rows_change_nothing(photo, monkeypatch):
    whole = Median(radius=3)(photo())
    monkeypatch.setattr("relume.classic.median.STRIP_BYTES", 100_000)
    assert np.array_equal(Median(radius=3)(photo()), whole)


def test_radius_0_changes_nothing(photo):
    assert np.array_equal(Median(radius=0)(photo()), photo())


def test_a_radius_beyond_16_is_refused():
    with pytest.raises(BadInputError, match="Median needs radius to be a whole number from 0 to 16, but got 17"):
        Median(radius=17)
