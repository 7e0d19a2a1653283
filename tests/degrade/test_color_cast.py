import pytest
import torch

from relume.degrade import Range
from relume.degrade.color_cast import ColorCast
from relume.errors import BadInputError

GREY = torch.full((1, 3, 4, 4), 0.5)


def light(**options):
    """Linear red, green and blue of a grey picture."""
    return ColorCast(**options)(GREY, torch.Generator())[0, :, 0, 0] ** 2.2


def test_a_stop_of_warmth_is_twice_the_red_for_the_blue():
    red, green, blue = light(warmth=1.0)
    assert float(red / blue) == pytest.approx(2, rel=1e-4)
    assert float(red / green) == pytest.approx(2**0.5, rel=1e-4)


def test_a_stop_of_tint_is_twice_the_green():
    red, green, blue = light(warmth=0.0, tint=1.0)
    assert (float(green / red), float(green / blue)) == pytest.approx((2, 2), rel=1e-4)


@pytest.mark.parametrize(("warmth", "tint"), [(1.0, 0.0), (-2.0, 0.5), (0.0, -1.0)])
def test_grey_keeps_its_luminance(warmth, tint):
    weights = torch.tensor([0.2126, 0.7152, 0.0722])
    assert float(weights @ light(warmth=warmth, tint=tint)) == pytest.approx(0.5**2.2, rel=1e-4)


def test_casts_differ_from_picture_to_picture_and_pictures_without_colour_stay():
    drawn = ColorCast(warmth=Range(-1.0, 1.0))(GREY.expand(20, -1, -1, -1), torch.Generator().manual_seed(0))
    assert len(drawn.flatten(1).unique(dim=0)) == 20
    assert torch.equal(ColorCast()(GREY[:, :1], torch.Generator()), GREY[:, :1])


def test_values_out_of_range_are_refused():
    with pytest.raises(BadInputError, match=r"warmth lies in \[-8, 8\], but came as 9. It is in stops"):
        ColorCast(warmth=9.0)
    with pytest.raises(BadInputError, match=r"tint lies in \[-8, 8\], but came as -9. It is in stops"):
        ColorCast(tint=-9.0)
