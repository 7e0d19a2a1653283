"""What holds for each loss, whoever adds one."""

import dataclasses
import json

import pytest
import torch
from torch import nn

from relume.errors import BadInputError
from relume.make.losses import LOSSES, build, describe, measure

# Large enough for five scales; smooth with some texture, so that all that losses look at is there.
CLEAN = nn.functional.interpolate(
    torch.rand(2, 3, 30, 30, generator=torch.Generator().manual_seed(0)), size=(180, 180), mode="bilinear"
)
NOISE = torch.randn(2, 3, 180, 180, generator=torch.Generator().manual_seed(1))


class Features(nn.Module):
    """A backbone of two layers, fixed."""

    def __init__(self):
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(0)
            self.first, self.second = nn.Conv2d(3, 8, 3), nn.Conv2d(8, 8, 3, stride=2)

    def forward(self, x):
        x = self.first(x).relu()
        return x, self.second(x).relu()


BACKBONE = Features()


def loss_of(name):
    """The loss without options, but for what has no usual value: the user's own backbone."""
    fields = {field.name for field in dataclasses.fields(LOSSES[name])}
    return LOSSES[name](**({"backbone": BACKBONE} if "backbone" in fields else {}))


def of_net(loss, restored):
    """As a net gives it: with a second head's channel where the loss reads one."""
    return nn.functional.pad(restored, (0, 0, 0, 0, 0, 1)) if getattr(loss, "second_head", False) else restored


@pytest.mark.parametrize("name", LOSSES)
class TestEveryLoss:
    def test_is_one_number_and_grows_with_the_noise(self, name):
        loss = loss_of(name)
        losses = [loss(of_net(loss, CLEAN + level * NOISE), CLEAN).detach() for level in (0.0, 0.05, 0.1, 0.2)]
        assert all(value.shape == () and value.isfinite() for value in losses)
        assert losses == sorted(losses)
        if getattr(loss, "looks_at_clean", True):
            assert float(losses[0]) == pytest.approx(0, abs=2e-3)

    def test_its_slope_is_finite_everywhere_and_leads_down(self, name):
        loss = loss_of(name)
        perfect = CLEAN.clone().requires_grad_()
        loss(of_net(loss, perfect), CLEAN).backward()
        assert perfect.grad.isfinite().all()
        restored = (CLEAN + 0.1 * NOISE).requires_grad_()
        before = loss(of_net(loss, restored), CLEAN)
        before.backward()
        step = restored.grad / restored.grad.norm()
        with torch.no_grad():
            assert loss(of_net(loss, restored - step), CLEAN) < before
            # Down its slope lies no other picture than the clean one, even if the way is not straight.
            assert float((step * (restored - CLEAN)).sum()) > 0

    def test_a_batch_is_the_mean_of_its_pictures(self, name):
        loss = loss_of(name)
        restored = of_net(loss, CLEAN + 0.1 * torch.tensor([1.0, 2.0]).view(2, 1, 1, 1) * NOISE)
        one, two = loss(restored[:1], CLEAN[:1]).detach(), loss(restored[1:], CLEAN[1:]).detach()
        assert float(loss(restored, CLEAN).detach()) == pytest.approx(float((one + two) / 2), rel=1e-4)

    def test_takes_grey_pictures(self, name):
        loss = loss_of(name)
        grey, noise = CLEAN[:, :1], NOISE[:, :1]
        assert loss(of_net(loss, grey + 0.1 * noise), grey) > loss(of_net(loss, grey), grey)

    def test_is_a_value_that_json_brings_back(self, name):
        loss = LOSSES[name]()
        assert loss == LOSSES[name]()
        assert hash(loss) == hash(LOSSES[name]())
        assert build(json.loads(json.dumps(describe(loss)))) == loss

    def test_what_it_cannot_do_without_it_asks_for(self, name):
        fields = {field.name for field in dataclasses.fields(LOSSES[name])}
        if "backbone" in fields:
            with pytest.raises(BadInputError, match="compares what a network sees, and none came. Give it backbone="):
                LOSSES[name]()(CLEAN, CLEAN)
            with pytest.raises(BadInputError, match="backbone of .* is a Features, which JSON cannot hold"):
                describe(loss_of(name))

    def test_of_a_net_with_two_heads_it_reads_what_is_its_own(self, name):
        loss = loss_of(name)
        both = torch.cat([CLEAN + 0.1 * NOISE, torch.zeros(2, 1, 180, 180)], dim=1)
        alone = loss(of_net(loss, CLEAN + 0.1 * NOISE), CLEAN)
        assert torch.equal(measure(loss, both, CLEAN), alone)
