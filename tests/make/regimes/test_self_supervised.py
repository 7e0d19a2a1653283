from dataclasses import replace

import pytest
import torch

from relume.degrade.gaussian_noise import GaussianNoise
from relume.errors import BadInputError
from relume.make.recipe import Phase
from relume.make.regimes.self_supervised import NEIGHBOURS, SelfSupervised, blinded, neighbours, pick


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def test_neighbours_touch_and_come_equally_often():
    first, second = neighbours(torch.zeros(4, 3, 64, 64), generator())
    rows, columns = ((first // 2 - second // 2).abs(), (first % 2 - second % 2).abs())
    assert ((rows + columns) == 1).all()
    counts = torch.bincount((first * 4 + second).flatten(), minlength=16)
    assert (counts > 0).sum() == len(NEIGHBOURS)
    assert counts[counts > 0].float().div(first.numel()).allclose(torch.tensor(1 / 8), atol=0.02)


def test_the_picked_pixels_are_those_of_plain_loops():
    picture = torch.rand(2, 3, 6, 8)
    which, _ = neighbours(picture, generator(1))
    picked = pick(picture, which)
    for batch in range(2):
        for row in range(3):
            for column in range(4):
                number = int(which[batch, 0, row, column])
                expected = picture[batch, :, 2 * row + number // 2, 2 * column + number % 2]
                assert torch.equal(picked[batch, :, row, column], expected)


def test_hidden_pixels_hold_a_neighbour_and_never_themselves():
    # Every pixel is its own number, so that where a value came from can be seen.
    picture = torch.arange(20 * 24.0).view(1, 1, 20, 24).repeat(1, 3, 1, 1)
    hidden, filled = blinded(picture, share=0.3, rng=generator())
    assert float(hidden.float().mean()) == pytest.approx(0.3, abs=0.06)
    assert torch.equal(filled[~hidden.expand_as(filled)], picture[~hidden.expand_as(filled)])
    inner = hidden[..., 2:-2, 2:-2]
    came, here = filled[:, :1, 2:-2, 2:-2][inner], picture[:, :1, 2:-2, 2:-2][inner]
    down, right = (came // 24 - here // 24).abs(), (came % 24 - here % 24).abs()
    assert (torch.maximum(down, right) <= 2).all()
    assert (came != here).all()
    assert torch.equal(filled[:, 0], filled[:, 1])  # a pixel moves with all its colours


NOISY = {"degrade": ((1.0, GaussianNoise(sigma=0.1)),), "phases": (Phase(start=0.0, batch=4, crop=32),)}


def test_for_the_identity_the_neighbours_differ_by_two_noises_and_the_regulariser_is_silent(
    recipe, corpus, fabric, net
):
    flat = replace(recipe, **NOISY, steps=100, grey=0.0)
    learner = SelfSupervised(weight=2.0).begin(flat, corpus, net, fabric)
    with torch.no_grad():
        net.tail.weight.zero_()
        net.tail.bias.zero_()  # the net now gives back its input
        early, late = learner.losses(0), learner.losses(50)
    # g1 y - g2 y: two noises, and how much neighbouring pixels differ.
    assert float(early["neighbours"]) > 2 * 0.1**2 * 0.9
    assert float(early["regulariser"]) == 0
    # f is the identity, so f(g1 y) - g2 y - (g1 f(y) - g2 f(y)) is 0.
    assert float(late["regulariser"]) == pytest.approx(0, abs=1e-9)


def test_the_blind_spot_loss_counts_hidden_pixels_only(recipe, corpus, fabric, net):
    learner = SelfSupervised(way="blind_spot", share=0.5).begin(
        replace(recipe, **{**NOISY, "degrade": ()}), corpus, net, fabric
    )
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.zero_()
        few, many = learner.losses(1)["blind_spot"], learner.losses(2)["blind_spot"]
    assert float(few) > 1e-5  # the identity is wrong wherever a neighbour took the pixel's place
    assert float(many) > 1e-5


def test_the_same_step_draws_the_same(recipe, corpus, fabric, net):
    for way in ("neighbours", "blind_spot"):
        learner = SelfSupervised(way=way).begin(replace(recipe, **NOISY), corpus, net, fabric)
        with torch.no_grad():
            one, same, other = (learner.losses(step) for step in (4, 4, 5))
        assert all(torch.equal(one[name], same[name]) for name in one)
        assert not torch.equal(one[way], other[way])


def test_what_cannot_be_is_refused(recipe, corpus, fabric, net):
    with pytest.raises(BadInputError, match="way is neighbours or blind_spot, but came as 'mirror'"):
        SelfSupervised(way="mirror")
    with pytest.raises(BadInputError, match="share lies between 0 and 1"):
        SelfSupervised(share=1.0)
    odd = replace(recipe, phases=(Phase(start=0.0, batch=1, crop=20),))
    with pytest.raises(BadInputError, match="Neighbours halve the crop: choose crops that are multiples of 8"):
        SelfSupervised().begin(odd, corpus, net, fabric)
