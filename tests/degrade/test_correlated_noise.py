import numpy as np
import pytest
import torch

from relume.degrade import Range
from relume.degrade.correlated_noise import CorrelatedNoise
from relume.errors import BadInputError

GREY = torch.full((1, 3, 220, 220), 0.5)


def noise(clean=GREY, **options):
    return CorrelatedNoise(**options)(clean, torch.Generator().manual_seed(0)) - clean


@pytest.mark.parametrize("grain", [0.0, 0.8, 2.0, 7.0])
def test_neighbours_agree_as_a_gaussian_kernel_has_it_and_sigma_stays(grain):
    drawn = noise(sigma=0.1, grain=grain)
    for lag in (1, 2):
        pairs = torch.stack([drawn[..., lag:].flatten(), drawn[..., :-lag].flatten()])
        # A Gaussian of sigma s correlates by a Gaussian of sigma s sqrt(2); a narrow one is not sampled well.
        expected = np.exp(-(lag**2) / (4 * grain**2)) if grain else 0.0
        assert float(torch.corrcoef(pairs)[0, 1]) == pytest.approx(expected, abs=0.03)
    assert float(drawn.std()) == pytest.approx(0.1, rel=0.01 + 0.02 * grain)


def test_the_border_is_as_noisy_as_the_middle():
    drawn = noise(torch.full((200, 1, 12, 12), 0.5), sigma=0.1, grain=2.0)
    torch.testing.assert_close(drawn[..., 0, 0].std(), drawn[..., 6, 6].std(), rtol=0.2, atol=0)


def test_each_channel_draws_its_own_sigma():
    clean = torch.full((100, 3, 32, 32), 0.5)
    rng = torch.Generator().manual_seed(0)
    degraded, told = CorrelatedNoise(sigma=Range(0.0, 0.2), grain=0.0).with_sigma(clean, rng)
    sigmas = (degraded - clean).std(dim=(2, 3))
    assert abs(float(torch.corrcoef(sigmas.T)[0, 1])) < 0.3
    torch.testing.assert_close(sigmas.square().mean(dim=1).sqrt(), told[:, 0, 0, 0], rtol=0.1, atol=0)


def test_a_share_of_the_pictures_has_grey_noise():
    drawn = noise(torch.full((300, 3, 6, 6), 0.5), sigma=0.1, grey=0.25)
    is_grey = (drawn[:, 0] - drawn[:, 1]).abs().amax(dim=(1, 2)) < 1e-6
    assert float(is_grey.float().mean()) == pytest.approx(0.25, abs=0.08)
    assert (noise(sigma=0.1, grey=1.0).diff(dim=1).abs() < 1e-6).all()


def test_values_out_of_range_are_refused():
    with pytest.raises(BadInputError, match=r'sigma lies in \[0, 1\], but came as 25. The usual "sigma 25" is 25/255'):
        CorrelatedNoise(sigma=25.0)
    with pytest.raises(BadInputError, match=r"grain lies in \[0, 50\], but came as -1"):
        CorrelatedNoise(grain=-1.0)
    with pytest.raises(BadInputError, match=r"grey lies in \[0, 1\], but came as 2"):
        CorrelatedNoise(grey=2.0)
