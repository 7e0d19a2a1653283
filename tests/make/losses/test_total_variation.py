import pytest
import torch
from torchmetrics.functional.image import total_variation

from relume.make.losses.total_variation import TotalVariation


def test_of_a_square_it_is_torchmetrics_sum_by_the_number_of_differences():
    restored = torch.rand(2, 3, 9, 9, generator=torch.Generator().manual_seed(0))
    wanted = total_variation(restored, reduction="sum") / (2 * 3 * 9 * 8)
    assert float(TotalVariation()(restored, torch.zeros(2, 3, 9, 9))) == pytest.approx(float(wanted), rel=1e-5)


def test_a_ramp_varies_by_its_slope():
    ramp = (torch.arange(8) / 100).expand(1, 1, 5, 8)
    assert float(TotalVariation()(ramp, ramp)) == pytest.approx(0.01, rel=1e-5)
