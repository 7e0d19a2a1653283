import pytest
import torch

from relume.make.losses.adversarial.wasserstein import Wasserstein

REAL, FAKE = torch.rand(2, 4, 3, 8, 8, generator=torch.Generator().manual_seed(0)).unbind(0)


def seeded():
    return torch.Generator().manual_seed(0)


@pytest.mark.parametrize("slope", [0.0, 1.0, 3.0])
def test_penalises_how_far_a_known_slope_is_from_one(slope):
    direction = torch.ones(3, 8, 8) / (3 * 8 * 8) ** 0.5
    found = Wasserstein(weight=2.0).penalty(lambda x: slope * (direction * x).sum((1, 2, 3)), REAL, FAKE, seeded())
    assert float(found) == pytest.approx(2 * (slope - 1) ** 2, abs=1e-5)


def test_the_seed_alone_says_where_the_slope_is_taken():
    def curved(x):
        return x.square().sum((1, 2, 3))

    first = Wasserstein().penalty(curved, REAL, FAKE, seeded())
    assert torch.equal(first, Wasserstein().penalty(curved, REAL, FAKE, seeded()))
    assert not torch.equal(first, Wasserstein().penalty(curved, REAL, FAKE, torch.Generator().manual_seed(1)))


def test_the_penalty_reaches_the_discriminators_weights():
    net = torch.nn.Conv2d(3, 1, 3)
    Wasserstein().penalty(net, REAL, FAKE, seeded()).backward()
    assert net.weight.grad.abs().sum() > 0


def test_scores_are_compared_by_their_means():
    assert Wasserstein().discriminator(torch.tensor([1.0, 3.0]), torch.tensor([0.0, 1.0])) == -1.5
