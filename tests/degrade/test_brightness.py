import pytest
import torch

from relume.degrade import Range
from relume.degrade.brightness import Brightness
from relume.errors import BadInputError

CLEAN = torch.rand(300, 1, 2, 2, generator=torch.Generator().manual_seed(1)) + 0.1


def test_multiplies_and_adds_without_clipping():
    degraded = Brightness(gain=3.0, shift=-0.2)(CLEAN, torch.Generator())
    torch.testing.assert_close(degraded, 3 * CLEAN - 0.2)
    assert degraded.max() > 1


def test_a_range_draws_one_gain_for_each_picture():
    gains = (Brightness(gain=Range(0.5, 1.5))(CLEAN, torch.Generator().manual_seed(0)) / CLEAN).flatten(1)
    torch.testing.assert_close(gains, gains[:, :1].expand(-1, 4))
    assert float(gains.mean()) == pytest.approx(1, abs=0.06)
    assert float(gains.std()) == pytest.approx(1 / 12**0.5, rel=0.1)


def test_values_out_of_range_are_refused():
    with pytest.raises(BadInputError, match=r"gain lies in \[0, 100\], but came as -1"):
        Brightness(gain=-1.0)
    with pytest.raises(BadInputError, match=r"shift lies in \[-1, 1\], but came as 25"):
        Brightness(shift=25.0)
