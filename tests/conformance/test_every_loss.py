"""What holds for each loss, whoever adds one."""

import pytest
import torch

from relume.make.losses import LOSSES

CLEAN = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
NOISE = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("name", LOSSES)
class TestEveryLoss:
    def test_is_one_number_and_least_where_nothing_is_wrong(self, name):
        loss = LOSSES[name]()
        losses = [loss(CLEAN + level * NOISE, CLEAN) for level in (0.0, 0.05, 0.1, 0.2)]
        assert all(value.shape == () and value.isfinite() for value in losses)
        assert losses == sorted(losses)
        assert float(losses[0]) == pytest.approx(0, abs=2e-3)

    def test_going_down_its_slope_comes_nearer_to_the_clean_picture(self, name):
        loss = LOSSES[name]()
        restored = (CLEAN + 0.1 * NOISE).requires_grad_()
        loss(restored, CLEAN).backward()
        step = restored.grad / restored.grad.norm()
        before, after = (restored - CLEAN).norm(), (restored - step - CLEAN).norm()
        assert after < 0.95 * before

    def test_a_batch_is_the_mean_of_its_pictures(self, name):
        restored = CLEAN + 0.1 * NOISE
        one, two = LOSSES[name]()(restored[:1], CLEAN[:1]), LOSSES[name]()(restored[1:], CLEAN[1:])
        assert float(LOSSES[name]()(restored, CLEAN)) == pytest.approx(float((one + two) / 2), rel=1e-4)
