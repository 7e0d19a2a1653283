import pytest
import torch

from relume.degrade.speckle_noise import SpeckleNoise
from relume.errors import BadInputError


def test_grows_in_proportion_to_the_signal():
    levels = torch.linspace(0, 1, 5)
    clean = levels.expand(1, 1, 40_000, 5)
    drawn = SpeckleNoise(sigma=0.3)(clean, torch.Generator().manual_seed(0)) - clean
    torch.testing.assert_close(drawn.std(dim=(0, 1, 2)), 0.3 * levels, rtol=0.02, atol=0)
    assert drawn.mean().abs() < 0.003


def test_sigma_is_the_rms_of_the_channels():
    clean = torch.tensor([0.2, 0.4, 0.9]).view(1, 3, 1, 1)
    _, sigma = SpeckleNoise(sigma=0.1).with_sigma(clean, torch.Generator().manual_seed(0))
    assert float(sigma) == pytest.approx(0.1 * ((0.04 + 0.16 + 0.81) / 3) ** 0.5)


def test_values_out_of_range_are_refused():
    with pytest.raises(BadInputError, match=r"sigma lies in \[0, 2\], but came as 5. It is relative"):
        SpeckleNoise(sigma=5.0)
