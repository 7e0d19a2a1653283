import pytest
import torch

from relume.degrade import Range
from relume.degrade.quantize import Quantize
from relume.errors import BadInputError

RAMP = torch.linspace(-0.1, 1.1, 1201).view(1, 1, 1, -1)


def test_leaves_so_many_levels_black_and_white_among_them():
    levels = Quantize(levels=5.0)(RAMP, torch.Generator()).unique()
    torch.testing.assert_close(levels, torch.tensor([0, 0.25, 0.5, 0.75, 1]))


def test_each_pixel_goes_to_the_nearest():
    inside = RAMP.clamp(0, 1)
    assert (Quantize(levels=9.0)(inside, torch.Generator()) - inside).abs().max() <= 1 / 16 + 1e-6


def test_a_range_draws_how_many_for_each_picture():
    degraded = Quantize(levels=Range(2.0, 5.0))(RAMP.expand(100, -1, -1, -1), torch.Generator().manual_seed(0))
    assert {len(picture.unique()) for picture in degraded} == {2, 3, 4, 5}


def test_the_gradient_is_one_but_where_it_is_clipped():
    ramp = RAMP.clone().requires_grad_()
    Quantize()(ramp, torch.Generator()).sum().backward()
    torch.testing.assert_close(ramp.grad, ((RAMP >= 0) & (RAMP <= 1)).float())


def test_values_out_of_range_are_refused():
    with pytest.raises(BadInputError, match=r"levels lies in \[2, 65536\], but came as 1"):
        Quantize(levels=1.0)
