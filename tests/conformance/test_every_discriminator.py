"""What holds for each discriminator, whoever adds one."""

import pytest
import torch
from torch import nn

from relume.make.discriminators import DISCRIMINATORS
from relume.make.losses.adversarial.hinge import Hinge
from relume.make.losses.adversarial.wasserstein import Wasserstein
from relume.make.losses.feature_matching import FeatureMatching


def pictures(seed=0, batch=2):
    return torch.rand(batch, 3, 48, 64, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("name", DISCRIMINATORS)
class TestEveryDiscriminator:
    def test_gives_a_map_of_scores_and_what_its_layers_see(self, name):
        net = DISCRIMINATORS[name](width=8).eval()
        scores, seen = net(pictures()), net.features(pictures())
        assert scores.shape[:2] == (2, 1)
        assert scores.shape[2] < scores.shape[3]
        assert len(seen) >= 3
        assert FeatureMatching().distance(seen, net.features(pictures(1))) > 0

    def test_inner_weights_have_a_largest_singular_value_of_one(self, name):
        net = DISCRIMINATORS[name](width=8)
        with torch.no_grad():
            for parameter in net.parameters():
                parameter.mul_(7)
            for _ in range(100):  # each call in training is one step of power iteration
                net(pictures(batch=1))
        bounded = [module for module in net.modules() if nn.utils.parametrize.is_parametrized(module)]
        assert len(bounded) >= 3
        for module in bounded:
            assert float(torch.linalg.svdvals(module.weight.detach().flatten(1))[0]) == pytest.approx(1, abs=0.01)

    def test_measuring_leaves_its_state_alone_and_a_resume_brings_it_back(self, name):
        torch.manual_seed(0)
        net, other = DISCRIMINATORS[name](width=8), DISCRIMINATORS[name](width=8)
        net(pictures())
        before = {key: value.clone() for key, value in net.state_dict().items()}
        net.eval()(pictures())
        assert all(torch.equal(value, before[key]) for key, value in net.state_dict().items())
        other.load_state_dict(before)
        assert torch.equal(net.train()(pictures()), other(pictures()))
        assert all(torch.equal(value, other.state_dict()[key]) for key, value in net.state_dict().items())

    def test_a_batch_is_its_pictures_one_by_one(self, name):
        net = DISCRIMINATORS[name](width=8).eval()
        alone = torch.cat([net(picture[None]) for picture in pictures()])
        torch.testing.assert_close(net(pictures()), alone, rtol=0, atol=1e-5)

    def test_learns_to_tell_and_tells_the_generator(self, name):
        torch.manual_seed(0)
        net = DISCRIMINATORS[name](width=8)
        optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
        real, fake = pictures(), nn.functional.avg_pool2d(pictures(1), 5, 1, 2).requires_grad_()
        for step in range(25):
            optimizer.zero_grad()
            Hinge().discriminator(net(real), net(fake.detach())).backward()
            if step == 0:
                # Not the biases: real and fake pull by as much, to opposite sides, until the margin is reached.
                assert all(parameter.grad.any() for parameter in net.parameters() if parameter.ndim > 1)
            optimizer.step()
        assert net(real).mean() > net(fake).mean() + 0.1
        Hinge().generator(net(fake)).backward()
        assert fake.grad.abs().amax(dim=(1, 2, 3)).all()

    def test_has_a_slope_that_can_be_penalised(self, name):
        net = DISCRIMINATORS[name](width=8)
        Wasserstein().penalty(net, pictures(), pictures(1), torch.Generator().manual_seed(0)).backward()
        assert any(parameter.grad is not None and parameter.grad.any() for parameter in net.parameters())
