import pytest
import torch
from tests.degrade._pictures import picture

from relume.degrade import Range
from relume.degrade.motion_blur import MotionBlur
from relume.errors import BadInputError

SIDE = 61
POINT = torch.zeros(16, 1, SIDE, SIDE)
POINT[..., SIDE // 2, SIDE // 2] = 1


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def spread(**options):
    return MotionBlur(**options)(POINT, rng())[:, 0]


def moments(kernels):
    """Mean place, and the standard deviation along each kernel's longer and shorter axis."""
    line = torch.arange(SIDE) - SIDE // 2
    places = torch.stack(torch.meshgrid(line, line, indexing="ij")).float().flatten(1)
    mean = kernels.flatten(1) @ places.T
    second = torch.einsum("bn,in,jn->bij", kernels.flatten(1), places, places) - mean[:, :, None] * mean[:, None]
    return mean, torch.linalg.eigvalsh(second).clamp(min=0).sqrt().flip(1)


@pytest.mark.parametrize("shake", [0.0, 0.5, 1.0])
def test_keeps_brightness_and_the_place_of_the_picture(shake):
    kernels = spread(length=20.0, shake=shake)
    torch.testing.assert_close(kernels.sum(dim=(1, 2)), torch.ones(16), rtol=0, atol=1e-4)
    assert kernels.min() > -1e-5
    assert moments(kernels)[0].abs().max() < 0.02


def test_without_shake_it_is_a_straight_line_of_the_length():
    _, widths = moments(spread(length=20.0, shake=0.0))
    torch.testing.assert_close(widths[:, 0], torch.full((16,), 20 / 12**0.5), rtol=0.03, atol=0)
    assert (widths[:, 1] < 0.7).all()  # what is left is the size of a pixel


def test_shake_bends_the_path():
    bent = [float((moments(spread(length=20.0, shake=shake))[1][:, 1]).mean()) for shake in (0.0, 0.3, 1.0)]
    assert bent[0] < bent[1] < bent[2]


def test_directions_are_even():
    point = POINT[:1].expand(200, -1, -1, -1)
    kernels = MotionBlur(length=20.0, shake=0.0)(point, rng())[:, 0]
    steep = kernels[:, :, SIDE // 2 - 3 : SIDE // 2 + 4].sum(dim=(1, 2)) > 0.99  # within 17 degrees of upright
    assert 0.1 < float(steep.float().mean()) < 0.3


def test_lengths_of_a_range_are_drawn_for_each_picture():
    _, widths = moments(spread(length=Range(0.0, 20.0), shake=0.0))
    assert widths[:, 0].max() > 3 * widths[:, 0].min()


def test_no_path_changes_nothing():
    clean = picture(24, 24)
    torch.testing.assert_close(MotionBlur(length=0.0)(clean, rng()), clean, rtol=0, atol=1e-5)


def test_values_out_of_range_are_refused():
    with pytest.raises(BadInputError, match=r"length lies in \[0, 400\], but came as -1. It is in pixels"):
        MotionBlur(length=-1.0)
    with pytest.raises(BadInputError, match=r"shake lies in \[0, 1\], but came as 2"):
        MotionBlur(shake=2.0)
