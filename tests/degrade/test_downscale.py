import pytest
import torch
from tests.degrade._pictures import picture

from relume.degrade.downscale import Downscale


def small(kernel, scale, clean):
    return Downscale(kernel=kernel, scale=scale)(clean, torch.Generator())


@pytest.mark.parametrize("scale", [2, 3, 5])
def test_area_is_the_mean_of_a_square(scale):
    clean = picture(60, 90)
    torch.testing.assert_close(small("area", scale, clean), torch.nn.functional.avg_pool2d(clean, scale))


@pytest.mark.parametrize("kernel", ["bilinear", "bicubic"])
@pytest.mark.parametrize("scale", [2, 3])
def test_inside_it_is_torchs_antialiased_resampling(kernel, scale):
    clean = picture(60, 90)
    expected = torch.nn.functional.interpolate(clean, scale_factor=1 / scale, mode=kernel, antialias=True)
    inside = (..., slice(3, -3), slice(3, -3))  # torch leaves out what lies beyond the border
    torch.testing.assert_close(small(kernel, scale, clean)[inside], expected[inside], rtol=0, atol=1e-5)


@pytest.mark.parametrize("kernel", ["area", "bilinear", "bicubic", "lanczos"])
def test_a_flat_picture_stays_flat_and_a_ramp_keeps_its_mean(kernel):
    flat = torch.full((1, 1, 20, 20), 0.3)
    torch.testing.assert_close(small(kernel, 2, flat), torch.full((1, 1, 10, 10), 0.3))
    ramp = torch.linspace(0, 1, 40).expand(1, 1, 40, 40)
    assert float(small(kernel, 4, ramp).mean()) == pytest.approx(0.5, abs=1e-5)


def test_lanczos_passes_low_frequencies_better_than_area_and_stops_high_ones():
    place = torch.arange(256) + 0.5
    low, high = (torch.cos(2 * torch.pi * f * place).expand(1, 1, 256, 256) for f in (0.15, 0.38))
    assert small("lanczos", 2, low).std() > small("area", 2, low).std()
    assert small("lanczos", 2, high)[..., 8:-8].std() < small("area", 2, high)[..., 8:-8].std() / 4


def test_sizes_that_are_no_multiple_are_rounded_up():
    assert small("area", 4, picture(21, 23)).shape == (1, 3, 6, 6)
