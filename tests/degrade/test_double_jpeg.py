import pytest
import torch
from tests.degrade._pictures import picture

from relume.degrade import Range
from relume.degrade.double_jpeg import DoubleJpeg
from relume.degrade.jpeg import Jpeg
from relume.errors import BadInputError


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def once(clean, quality):
    return Jpeg(quality=quality, halved=0.0)(clean, rng())


def test_without_a_shift_it_is_jpeg_of_jpeg():
    clean = picture()
    twice = DoubleJpeg(first=30.0, second=80.0, shift=0.0, halved=0.0)(clean, rng())
    torch.testing.assert_close(twice, once(once(clean, 30.0), 80.0))


@pytest.mark.parametrize("shift", [1, 4, 7])
def test_a_shift_crops_between_the_two(shift):
    clean = picture(80, 80)
    twice = DoubleJpeg(first=10.0, second=30.0, shift=float(shift), halved=0.0)(clean[..., shift:, shift:], rng())
    # Where the first grid's blocks lie wholly inside of the picture, cropping a larger file gives the same.
    cropped = once(once(clean, 10.0)[..., shift:, shift:], 30.0)
    torch.testing.assert_close(twice[..., 8:56, 8:56], cropped[..., 8:56, 8:56], rtol=0, atol=1e-6)


def test_a_shift_that_is_no_whole_number_is_the_nearest_one():
    clean = picture(20, 20)
    whole, broken = (DoubleJpeg(first=10.0, second=95.0, shift=shift)(clean, rng()) for shift in (7.0, 6.6))
    torch.testing.assert_close(broken, whole, rtol=0, atol=0)


def test_nothing_is_brought_to_the_device_at_every_step(monkeypatch):
    degradation, clean = DoubleJpeg(halved=0.5), picture()
    first = degradation(clean, rng())

    def brought(*_):
        pytest.fail("A GPU would be waited for.")

    monkeypatch.setattr(torch, "tensor", brought)
    monkeypatch.setattr(torch.Tensor, "new_tensor", brought)
    assert torch.equal(degradation(clean, rng()), first)


def test_each_picture_has_its_own_qualities_and_shift():
    clean = picture(32, 32).expand(64, -1, -1, -1)
    degraded, told = DoubleJpeg(first=20.0, second=90.0).with_quality(clean, rng())
    assert len(degraded.flatten(1).unique(dim=0)) > 30  # of 64 shifts, drawn 64 times, about 40 are different
    torch.testing.assert_close(told, torch.full((64, 1, 32, 32), 0.9))


def test_tells_the_last_quality():
    _, told = DoubleJpeg(first=10.0, second=Range(60.0, 90.0)).with_quality(picture(), rng())
    assert told.unique().numel() == 1
    assert 0.6 <= float(told.max()) <= 0.9


def test_values_out_of_range_are_refused():
    with pytest.raises(BadInputError, match=r"first lies in \[1, 100\], but came as 101"):
        DoubleJpeg(first=101.0)
    with pytest.raises(BadInputError, match=r"second lies in \[1, 100\], but came as 0"):
        DoubleJpeg(second=0.0)
    with pytest.raises(BadInputError, match=r"shift lies in \[0, 15\], but came as 16. The grid repeats"):
        DoubleJpeg(shift=16.0)
    with pytest.raises(BadInputError, match=r"halved lies in \[0, 1\], but came as -1"):
        DoubleJpeg(halved=-1.0)
