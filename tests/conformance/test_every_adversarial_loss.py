"""What holds for each adversarial loss, whoever adds one."""

import json

import pytest
import torch

from relume.make.losses import LOSSES
from relume.make.losses.adversarial import ADVERSARIAL_LOSSES, build, describe


def test_they_are_no_losses_of_pictures():
    assert "adversarial" not in set(LOSSES)
    assert not set(ADVERSARIAL_LOSSES) & set(LOSSES)


@pytest.mark.parametrize("name", ADVERSARIAL_LOSSES)
class TestEveryAdversarialLoss:
    def test_generator_and_discriminator_pull_fake_scores_apart(self, name):
        loss = ADVERSARIAL_LOSSES[name]()
        real, fake = (torch.zeros(2, 1, 3, 3, requires_grad=True) for _ in range(2))
        (up,) = torch.autograd.grad(loss.generator(fake), fake)
        assert (up < 0).all()  # higher scores are better for the generator
        toward = [value.new_full((2, 1, 3, 3), level) for level, value in ((0.5, real), (-0.5, fake))]
        told_apart = loss.discriminator(*toward)
        assert told_apart < loss.discriminator(real, fake) < loss.discriminator(*reversed(toward))
        assert loss.generator(fake).shape == told_apart.shape == ()

    def test_scores_of_any_size_stay_finite(self, name):
        loss = ADVERSARIAL_LOSSES[name]()
        real, fake = torch.tensor([-1e4, 1e4]), torch.tensor([1e4, -1e4])
        assert loss.discriminator(real, fake).isfinite()
        assert loss.generator(fake).isfinite()

    def test_is_a_value_that_json_brings_back(self, name):
        loss = ADVERSARIAL_LOSSES[name]()
        assert build(json.loads(json.dumps(describe(loss)))) == loss
        assert hash(loss) == hash(ADVERSARIAL_LOSSES[name]())
