import pytest
import torch
from scipy import stats

from relume.errors import BadInputError, ShapeMismatchError
from relume.make.losses.laplace_likelihood import LaplaceLikelihood
from relume.make.uncertainty import calibration, coverage, heads

RNG = torch.Generator().manual_seed(0)
SCALE = 0.01 + 0.09 * torch.rand(4, 1, 64, 64, generator=RNG)
RESTORED = torch.rand(4, 3, 64, 64, generator=RNG)
ERROR = torch.from_numpy(stats.laplace.rvs(size=(4, 3, 64, 64), random_state=0)).float()
CLEAN = RESTORED + SCALE * ERROR


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_intervals_of_a_true_laplace_hold_what_they_should(share):
    assert coverage(RESTORED, SCALE, CLEAN, share=share) == pytest.approx(share, abs=0.01)
    half = stats.laplace.ppf((1 + share) / 2)
    within = ((RESTORED - CLEAN).abs() <= half * SCALE).float().mean()
    assert coverage(RESTORED, SCALE, CLEAN, share=share) == pytest.approx(float(within), abs=1e-3)


@pytest.mark.parametrize("wrong", [0.25, 1.0, 3.0])
def test_finds_by_how_much_scales_are_wrong_and_mends_them(wrong):
    factor = calibration(RESTORED, wrong * SCALE, CLEAN)
    assert factor == pytest.approx(1 / wrong, rel=0.02)
    assert coverage(RESTORED, factor * wrong * SCALE, CLEAN, share=0.9) == pytest.approx(0.9, abs=0.01)


def test_the_factor_makes_the_clean_pictures_most_likely():
    factor = calibration(RESTORED, 0.5 * SCALE, CLEAN)

    def loss(times):
        output = torch.cat([RESTORED, (times * 0.5 * SCALE).log()], dim=1)
        return float(LaplaceLikelihood(least=1e-9)(output, CLEAN))

    assert loss(factor) < min(loss(0.95 * factor), loss(1.05 * factor))


def test_the_heads_are_the_picture_and_the_losss_own_scale():
    output = torch.cat([RESTORED, torch.zeros(4, 1, 64, 64)], dim=1)
    restored, scale = heads(output, channels=3)
    assert torch.equal(restored, RESTORED)
    assert (scale == 1.001).all()
    with pytest.raises(ShapeMismatchError, match="gives 3 channels and one behind them, but this gave 3. Train one wi"):
        heads(RESTORED, channels=3)


def test_a_share_that_is_none_is_refused():
    with pytest.raises(BadInputError, match="share lies between 0 and 1, say 0.9, but came as 90"):
        coverage(RESTORED, SCALE, CLEAN, share=90)
