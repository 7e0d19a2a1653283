from dataclasses import replace

import numpy as np
import pytest
import torch

from relume.degrade import Range
from relume.degrade.chain import Chain
from relume.degrade.gaussian_noise import GaussianNoise
from relume.degrade.poisson_gaussian_noise import PoissonGaussianNoise
from relume.errors import BadInputError
from relume.make.corpus import Corpus
from relume.make.nets.unet import UNet
from relume.make.recipe import Phase
from relume.make.recipes.denoise_balanced import recipe
from relume.make.regimes.supervised import Supervised

CPU = torch.device("cpu")
PLAIN = replace(
    recipe,
    phases=(Phase(start=0.0, batch=4, crop=32),),
    grey=0.0,
    degrade=((1.0, GaussianNoise(sigma=Range(0.0, 0.2))),),
)


def corpus(count=3):
    rng = np.random.default_rng(0)
    pictures = [torch.from_numpy(rng.integers(0, 256, (3, 64, 80)).astype(np.uint8)) for _ in range(count)]
    return Corpus(pictures, [str(index) for index in range(count)])


def test_a_batch_is_a_function_of_the_seed_and_the_step():
    def batch(seed, step):
        return Supervised(replace(PLAIN, seed=seed), corpus()).batch(step, CPU)

    assert all(torch.equal(one, other) for one, other in zip(batch(0, 5), batch(0, 5), strict=True))
    assert not any(torch.equal(batch(0, 5)[0], other[0]) for other in (batch(0, 6), batch(1, 5)))


def test_the_level_that_the_net_is_told_is_that_of_the_noise():
    clean, degraded, sigma = Supervised(PLAIN, corpus()).batch(3, CPU)
    assert sigma.shape == (4, 1, 32, 32)
    torch.testing.assert_close((degraded - clean).std(dim=(1, 2, 3)), sigma[:, 0, 0, 0], rtol=0.06, atol=0)
    levels = (clean * 255).round() / 255
    torch.testing.assert_close(clean, levels, rtol=0, atol=1e-6)  # 8-bit pictures


def test_a_grey_batch_is_one_picture_with_one_noise_in_three_channels():
    colour = Supervised(PLAIN, corpus()).batch(0, CPU)
    grey = Supervised(replace(PLAIN, grey=1.0), corpus()).batch(0, CPU)
    for part in grey[:2]:
        assert torch.equal(part[:, 0], part[:, 1])
        assert torch.equal(part[:, 0], part[:, 2])
    # The same crops, by the BT.601 weights.
    luma = colour[0][:, 0] * 0.299 + colour[0][:, 1] * 0.587 + colour[0][:, 2] * 0.114
    torch.testing.assert_close(grey[0][:, 0], luma, rtol=0, atol=1e-6)
    torch.testing.assert_close((grey[1] - grey[0]).std(dim=(1, 2, 3)), grey[2][:, 0, 0, 0], rtol=0.12, atol=0)


def test_grey_and_degradations_come_in_their_shares():
    mixed = replace(
        PLAIN,
        phases=(Phase(start=0.0, batch=1, crop=8),),
        grey=0.25,
        degrade=((3.0, GaussianNoise(sigma=0.1)), (1.0, PoissonGaussianNoise(shot=0.01, read=0.01))),
    )
    regime, grey, flat = Supervised(mixed, corpus()), 0, 0
    for step in range(300):
        clean, _, sigma = regime.batch(step, CPU)
        grey += torch.equal(clean[:, 0], clean[:, 1])
        flat += bool((sigma == sigma.flatten()[0]).all())
    assert grey / 300 == pytest.approx(0.25, abs=0.08)
    assert flat / 300 == pytest.approx(0.75, abs=0.08)


def test_the_loss_is_that_of_the_nets_result():
    net = UNet(width=8, blocks=(1, 1))
    regime = Supervised(PLAIN, corpus())
    clean, degraded, sigma = regime.batch(2, CPU)
    assert float(regime.loss(net, 2, CPU).detach()) == pytest.approx(
        float((net(degraded, sigma) - clean).abs().mean().detach()), rel=1e-5
    )


def test_held_out_pairs_are_functions_of_the_seed_and_their_number():
    pairs = [Supervised.pair(PLAIN, corpus(), index, side=32) for index in (0, 0, 1)]
    assert all(torch.equal(one, other) for one, other in zip(pairs[0], pairs[1], strict=True))
    assert not torch.equal(pairs[0][0], pairs[2][0])
    assert [part.shape for part in pairs[0]] == [(1, 3, 32, 32), (1, 3, 32, 32), (1, 1, 32, 32)]


def test_a_net_that_is_told_the_noise_needs_a_degradation_that_knows_it():
    unknowing = replace(PLAIN, degrade=((1.0, Chain()),))
    with pytest.raises(
        BadInputError, match=r"unet is told the noise level of each pixel, which Chain\(.*\) does not know"
    ):
        Supervised(unknowing, corpus()).batch(0, CPU)
