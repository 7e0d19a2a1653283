import numpy as np
import pytest
import torch
from scipy import ndimage
from tests.degrade._pictures import picture

from relume.degrade import Range
from relume.degrade.gaussian_blur import GaussianBlur
from relume.errors import BadInputError


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("sigma", [0.7, 1.5, 6.0])  # the last one goes by Fourier transform
def test_is_scipys_gaussian_filter(sigma):
    clean = picture(40, 50)
    expected = ndimage.gaussian_filter(clean[0].double().numpy(), (0, sigma, sigma), mode="reflect", truncate=4)
    np.testing.assert_allclose(GaussianBlur(sigma=sigma)(clean, rng())[0], expected, atol=2e-3)


@pytest.mark.parametrize(("angle", "along"), [(0.0, 1), (90.0, 0)])
def test_is_drawn_out_along_its_angle(angle, along):
    point = torch.zeros(1, 1, 41, 41)
    point[..., 20, 20] = 1
    spread = GaussianBlur(sigma=4.0, ratio=0.25, angle_degrees=angle)(point, rng())[0, 0]
    place = torch.arange(-20, 21).float()
    widths = [float((spread.sum(dim=1 - axis) * place**2).sum().sqrt()) for axis in (0, 1)]
    assert widths[along] == pytest.approx(4, rel=0.03)
    assert widths[1 - along] == pytest.approx(1, rel=0.03)


def test_turns_clockwise():
    point = torch.zeros(1, 1, 31, 31)
    point[..., 15, 15] = 1
    spread = GaussianBlur(sigma=4.0, ratio=0.1, angle_degrees=30.0)(point, rng())[0, 0]
    assert spread[15 + 3, 15 + 5] > 10 * spread[15 - 3, 15 + 5]


def test_each_picture_has_its_own_blur_and_keeps_its_brightness():
    clean = picture(32, 32).expand(8, -1, -1, -1)
    degraded = GaussianBlur(sigma=Range(0.0, 3.0), ratio=Range(0.2, 1.0))(clean, rng())
    assert len(degraded.flatten(1).unique(dim=0)) == 8
    flat = torch.full((2, 3, 20, 20), 0.6)
    torch.testing.assert_close(GaussianBlur(sigma=5.0)(flat, rng()), flat)


def test_no_blur_changes_nothing():
    clean = picture(24, 24)
    torch.testing.assert_close(GaussianBlur(sigma=0.0)(clean, rng()), clean)


@pytest.mark.parametrize("sigma", [1.0, 11.0])
def test_the_gradient_is_right(sigma):
    clean = torch.rand(2, 1, 5, 6, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: GaussianBlur(sigma=sigma, angle_degrees=0.0)(x, rng()), clean)


def test_values_out_of_range_are_refused():
    with pytest.raises(BadInputError, match=r"sigma lies in \[0, 100\], but came as -1. It is in pixels"):
        GaussianBlur(sigma=-1.0)
    with pytest.raises(BadInputError, match=r"ratio lies in \[0, 1\], but came as 2"):
        GaussianBlur(ratio=2.0)
    with pytest.raises(BadInputError, match=r"angle_degrees lies in \[-360, 360\], but came as 400"):
        GaussianBlur(angle_degrees=400.0)
