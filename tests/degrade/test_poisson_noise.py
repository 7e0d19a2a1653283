import pytest
import torch
from scipy import stats

from relume.degrade.poisson_noise import PoissonNoise
from relume.errors import BadInputError


def counts(light, photons, n=60_000):
    degraded = PoissonNoise(photons=photons)(torch.full((1, 1, n, 1), light), torch.Generator().manual_seed(0))
    return (degraded * photons).flatten().double()


@pytest.mark.parametrize(("light", "photons"), [(0.02, 30.0), (0.5, 30.0), (1.0, 400.0)])
def test_counts_have_poissons_moments(light, photons):
    rate, drawn = light * photons, counts(light, photons).numpy()
    assert drawn.mean() == pytest.approx(rate, rel=0.02)
    assert drawn.var() == pytest.approx(rate, rel=0.03)
    assert stats.skew(drawn) == pytest.approx(rate**-0.5, abs=0.06)


def test_counts_are_poissons_number_by_number():
    drawn = counts(0.1, 30.0).round()
    for count in range(8):
        share = float((drawn == count).double().mean())
        assert share == pytest.approx(stats.poisson(3.0).pmf(count), abs=0.008)


def test_black_stays_black_and_values_below_black_count_as_black():
    clean = torch.tensor([0.0, -0.1]).view(1, 1, 1, 2)
    degraded, sigma = PoissonNoise().with_sigma(clean, torch.Generator().manual_seed(0))
    assert not degraded.any()
    assert not sigma.any()


def test_no_photons_is_refused():
    with pytest.raises(BadInputError, match=r"photons lies in \[0.001, 1e\+09\], but came as 0"):
        PoissonNoise(photons=0.0)
