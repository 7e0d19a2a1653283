import pytest
import torch
from tests.degrade._pictures import picture

from relume.degrade.haze import Haze
from relume.errors import BadInputError


def degrade(clean, seed=0, **options):
    return Haze(**options)(clean, torch.Generator().manual_seed(seed))


def passed(density, seed=0):
    """How much of the scene's light gets through: the difference of two scenes in the same haze."""
    black, white = (degrade(torch.full((1, 1, 40, 60), level), seed, density=density) for level in (0.0, 1.0))
    return white - black


def test_the_air_passes_less_of_what_lies_farther():
    thin, thick = passed(0.7), passed(1.4)
    torch.testing.assert_close(thick, thin**2)  # Beer and Lambert: twice the density is the square
    assert float(thin.min()) >= torch.exp(torch.tensor(-0.7)) - 1e-5
    assert thin[..., 0, :].mean() < thin[..., -1, :].mean()  # the top is far


def test_what_the_air_adds_is_airlight():
    black = degrade(torch.zeros(1, 3, 40, 60), density=20.0, airlight=0.8)
    assert float(black[..., 0, :].max()) == pytest.approx(0.8, abs=1e-3)


def test_haze_is_smooth_differs_and_with_no_density_there_is_none():
    assert passed(2.0).diff(dim=2).abs().max() < 0.1
    assert (passed(2.0, seed=0) - passed(2.0, seed=1)).abs().max() > 0.05
    torch.testing.assert_close(degrade(picture(), density=0.0), picture())


def test_the_gradient_is_right():
    clean = torch.rand(1, 1, 4, 5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(degrade, clean)


def test_values_out_of_range_are_refused():
    with pytest.raises(BadInputError, match=r"density lies in \[0, 20\], but came as -1"):
        Haze(density=-1.0)
    with pytest.raises(BadInputError, match=r"airlight lies in \[0, 1\], but came as 2"):
        Haze(airlight=2.0)
