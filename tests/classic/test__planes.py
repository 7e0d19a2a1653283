import numpy as np
import pytest

from relume.classic import CLASSIC
from relume.classic._planes import channelwise, filtered, strips


@pytest.mark.parametrize("width", [1, 7, 3000])
def test_strips_cover_every_row_once(width, monkeypatch):
    monkeypatch.setattr("relume.classic._planes.STRIP_PIXELS", 50)
    rows = np.arange(23)
    assert np.array_equal(np.concatenate([rows[strip] for strip in strips(23, width)]), rows)


@pytest.mark.parametrize("name", ["clahe", "equalize", "retinex"])
def test_strips_change_nothing(photo, name, monkeypatch):
    whole = CLASSIC[name]()(photo())
    monkeypatch.setattr("relume.classic._planes.STRIP_PIXELS", 150)
    np.testing.assert_allclose(CLASSIC[name]()(photo()), whole, atol=1e-6)


@pytest.mark.parametrize("channels", [1, 2, 3, 5])
def test_an_operation_sees_every_channel(photo, channels):
    pixels = photo(channels=channels)
    assert np.array_equal(filtered(lambda x: x + 1, pixels), pixels + 1)
    assert np.array_equal(channelwise(lambda x: x + 1, pixels), pixels + 1)
