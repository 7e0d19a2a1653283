from dataclasses import replace

import numpy as np
import pytest
import torch

from relume.degrade.gaussian_noise import GaussianNoise
from relume.errors import BadInputError, BadModelError, UnknownNameError
from relume.make.regimes.adversarial import Adversarial
from relume.make.run import Run
from relume.make.train import Options, train

SMALL = Adversarial(width=4, start=0.5, weight=0.1)


def weights(module):
    return {name: value.clone() for name, value in module.state_dict().items()}


def test_the_discriminator_learns_from_the_first_step_and_has_a_say_from_the_start_on(recipe, corpus, fabric):
    run = Run(replace(recipe, regime=SMALL), corpus, fabric)
    opponent = run.learner.parts["discriminator"]
    before, names = weights(opponent), []
    for figures in run.steps():
        names.append(set(figures))
        after = weights(opponent)
        assert not torch.equal(before["head.weight"], after["head.weight"])
        before = after
    assert names[:6] == [{"loss", "discriminator"}] * 6
    assert names[6:] == [{"loss", "l1", "adversarial", "discriminator"}] * 6


def test_the_net_gets_the_gradient_and_the_discriminator_none_of_it(recipe, corpus, fabric, net):
    learner = replace(SMALL, start=0.0).begin(recipe, corpus, net, fabric)
    found = learner.losses(0)
    found["adversarial"].backward()
    assert any(parameter.grad.abs().sum() > 0 for parameter in net.parameters() if parameter.grad is not None)
    assert all(parameter.grad is None for parameter in learner.parts["discriminator"].parameters())
    grads = [parameter.grad.clone() for parameter in net.parameters()]
    learner.after(0)
    assert all(torch.equal(one, parameter.grad) for one, parameter in zip(grads, net.parameters(), strict=True))


@pytest.mark.parametrize("loss", ["bce", "hinge", "wasserstein"])
def test_it_learns_to_tell_real_from_restored(recipe, corpus, fabric, net, loss):
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.zero_()  # a net that gives back its noisy input
    plain = recipe.changed({"learning_rate": "1e-3", "grey": "0", "steps": "1000", "warmup": "1"})
    plain = replace(plain, degrade=((1.0, GaussianNoise(sigma=0.2)),))
    learner = Adversarial(width=8, loss=loss, rate=1.0).begin(plain, corpus, net, fabric)
    told = []
    for step in range(40):
        learner.losses(step)
        told.append(float(learner.after(step)["discriminator"].detach()))
    assert np.median(told[-10:]) < np.median(told[:10])


@pytest.mark.parametrize("loss", ["hinge", "wasserstein"])
def test_a_killed_run_ends_as_an_undisturbed_one_bit_by_bit(recipe, data, tmp_path, loss):
    adversarial = replace(recipe, regime=replace(SMALL, loss=loss))
    assert train(adversarial, data=data, out=tmp_path / "whole")
    for steps in (5, 8):  # stopped twice: before the discriminator has a say, and after
        seen = []

        def stepped(step, _, seen=seen, steps=steps):
            seen.append(step)
            if step == steps:
                raise InterruptedError

        with pytest.raises(InterruptedError):
            train(
                adversarial,
                data=data,
                out=tmp_path / "torn",
                resume=steps > 5,
                options=Options(save_every_minutes=0.0, stepped=stepped),
            )
        assert seen[-1] == steps
    assert train(adversarial, data=data, out=tmp_path / "torn", resume=True)
    one, other = (torch.load(tmp_path / run / "state.pt", weights_only=True) for run in ("whole", "torn"))
    for part in ("net", "average"):
        assert all(torch.equal(one[part][name], other[part][name]) for name in one[part])
    mine, its = (state["regime"]["discriminator"] for state in (one, other))
    assert all(torch.equal(mine[name], its[name]) for name in mine)


def test_features_may_be_matched_too(recipe, corpus, fabric, net):
    found = replace(SMALL, start=0.0, matching=2.0).begin(recipe, corpus, net, fabric).losses(0)
    assert list(found) == ["l1", "adversarial", "feature_matching"]
    assert float(found["feature_matching"].detach()) > 0


def test_what_cannot_be_is_refused(recipe, corpus, fabric, net):
    with pytest.raises(
        BadInputError, match=r"weight, rate and width are above 0, .* came as 0.005, 1.0, 64, 0.0 and 1.0"
    ):
        Adversarial(start=1.0)
    with pytest.raises(UnknownNameError, match="No discriminator named 'pach'. Did you mean 'patch'"):
        Adversarial(discriminator="pach").begin(recipe, corpus, net, fabric)


def test_a_discriminator_that_gives_no_numbers_ends_the_run_and_is_named(recipe, corpus, fabric):
    run = Run(replace(recipe, regime=SMALL), corpus, fabric)
    with torch.no_grad():
        run.learner.parts["discriminator"].head.weight[0] = torch.nan
    for _ in range(5):  # before it has a say
        next(run.steps())
    assert run.health.check(run.step)
    assert not run.check()
    run.step = 0
    for _ in range(5):
        next(run.steps())
    with pytest.raises(
        BadModelError, match=r"The discriminator's loss or its gradient was no finite number in 10 steps"
    ):
        run.check()
