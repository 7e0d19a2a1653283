import pytest
import torch

from relume.degrade.poisson_gaussian_noise import PoissonGaussianNoise
from relume.errors import BadInputError


def test_variance_grows_in_a_straight_line_with_brightness():
    levels = torch.linspace(0, 1, 9)
    clean = levels.view(1, 1, 1, 9).expand(1, 1, 40_000, 9)
    degraded = PoissonGaussianNoise(shot=0.02, read=0.05)(clean, torch.Generator().manual_seed(0))
    noise = degraded - clean
    torch.testing.assert_close(noise.var(dim=(0, 1, 2)), 0.02 * levels + 0.05**2, rtol=0.05, atol=0)
    torch.testing.assert_close(noise.mean(dim=(0, 1, 2)), torch.zeros(9), rtol=0, atol=0.005)


def test_sigma_is_the_rms_of_the_channels():
    clean = torch.tensor([0.2, 0.4, 0.9]).view(1, 3, 1, 1)
    _, sigma = PoissonGaussianNoise(shot=0.01, read=0.1).with_sigma(clean, torch.Generator().manual_seed(0))
    assert float(sigma) == pytest.approx((0.01 * 0.5 + 0.1**2) ** 0.5)


def test_values_out_of_range_are_refused():
    with pytest.raises(BadInputError, match=r"read lies in \[0, 1\], but came as 2. It is in units of \[0, 1\]"):
        PoissonGaussianNoise(read=2.0)
    with pytest.raises(BadInputError, match=r"shot lies in \[0, 10\], but came as -1"):
        PoissonGaussianNoise(shot=-1.0)
