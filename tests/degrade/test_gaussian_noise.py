import pytest
import torch
from scipy import stats

from relume.degrade import Range
from relume.degrade.gaussian_noise import GaussianNoise
from relume.errors import BadInputError

GREY = torch.full((1, 3, 200, 200), 0.5)


def noise(degradation, clean=GREY, seed=0):
    return degradation(clean, torch.Generator().manual_seed(seed)) - clean


def test_is_normal_with_the_given_sigma():
    drawn = noise(GaussianNoise(sigma=0.1)).flatten().numpy()
    assert drawn.mean() == pytest.approx(0, abs=5 * 0.1 / len(drawn) ** 0.5)
    assert drawn.std() == pytest.approx(0.1, rel=0.01)
    assert stats.kurtosis(drawn) == pytest.approx(0, abs=0.1)
    assert stats.kstest(drawn / 0.1, "norm").pvalue > 1e-3


def test_is_white_in_space_and_over_channels():
    drawn = noise(GaussianNoise(sigma=0.1))[0]
    pairs = [(drawn[:, 1:], drawn[:, :-1]), (drawn[..., 1:], drawn[..., :-1]), (drawn[:1], drawn[1:2])]
    for one, other in pairs:
        assert abs(torch.corrcoef(torch.stack([one.flatten(), other.flatten()]))[0, 1]) < 0.02


def test_does_not_depend_on_brightness_and_is_not_clipped():
    degraded = GaussianNoise(sigma=0.2)(torch.zeros(1, 1, 100, 100), torch.Generator().manual_seed(0))
    assert (degraded < 0).float().mean() == pytest.approx(0.5, abs=0.02)


def test_a_range_draws_one_sigma_for_each_image():
    drawn = noise(GaussianNoise(sigma=Range(0.0, 0.2)), torch.full((300, 1, 40, 40), 0.5))
    sigmas = drawn.std(dim=(1, 2, 3)).numpy()
    assert stats.kstest(sigmas, stats.uniform(0, 0.2).cdf).pvalue > 1e-3


def test_two_seeds_give_two_noises():
    one, other = noise(GaussianNoise(), seed=0), noise(GaussianNoise(), seed=1)
    assert abs(torch.corrcoef(torch.stack([one.flatten(), other.flatten()]))[0, 1]) < 0.02


def test_sigma_of_255_levels_is_refused_with_the_way_to_write_it():
    with pytest.raises(BadInputError, match=r'sigma lies in \[0, 1\], but came as 25. The usual "sigma 25" is 25/255'):
        GaussianNoise(sigma=25.0)


def test_a_range_the_wrong_way_round_is_refused():
    with pytest.raises(BadInputError, match=r"A range goes from low to high, but sigma came as 0.2 to 0.1"):
        GaussianNoise(sigma=Range(0.2, 0.1))
    with pytest.raises(BadInputError, match=r"sigma lies in \[0, 1\], but came as -0.1 to 0.1"):
        GaussianNoise(sigma=Range(-0.1, 0.1))
