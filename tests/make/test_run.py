import errno
from dataclasses import replace

import pytest
import torch
from lightning.fabric import Fabric
from lightning.fabric.plugins import MixedPrecision

from relume.errors import BadModelError, WriteError
from relume.make.data import open_data
from relume.make.run import Run, replace_file


@pytest.fixture
def corpus(data):
    return open_data(data, ["one", "two"]).split()[0]


def fabric():
    return Fabric(accelerator="cpu", devices=1)


def test_the_average_follows_its_formula(recipe, corpus):
    run = Run(recipe, corpus, fabric())
    expected = {name: value.clone() for name, value in run.average.net.state_dict().items()}
    for step, _ in enumerate(run.steps(), 1):
        decay = min(recipe.ema, step / (step + 10))
        weights = run.net.module.state_dict()
        expected = {name: decay * expected[name] + (1 - decay) * weights[name] for name in expected}
    assert run.step == 12
    for name, value in run.average.net.state_dict().items():
        torch.testing.assert_close(value, expected[name], rtol=1e-5, atol=1e-7)


def test_the_rate_of_each_step_reaches_the_optimiser(recipe, corpus):
    run = Run(recipe, corpus, fabric())
    rates = [run.optimizer.param_groups[0]["lr"] for _ in run.steps()]
    assert rates == [recipe.rate(step) for step in range(12)]


def test_building_a_run_leaves_the_global_generator_alone(recipe, corpus):
    torch.manual_seed(3)
    before = torch.get_rng_state()
    Run(recipe, corpus, fabric())
    assert torch.equal(torch.get_rng_state(), before)


def test_a_step_whose_loss_is_no_number_is_left_out_and_the_next_is_done(recipe, corpus):
    run = Run(recipe, corpus, fabric())
    steps = run.steps()
    next(steps)
    before = {name: value.clone() for name, value in run.net.module.state_dict().items()}
    healthy = run.learner.losses
    object.__setattr__(run.learner, "losses", lambda step: {"l1": healthy(step)["l1"] * float("nan")})
    next(steps)
    assert all(torch.equal(before[name], value) for name, value in run.net.module.state_dict().items())
    assert int(run.health.skipped) == 1
    object.__setattr__(run.learner, "losses", healthy)
    next(steps)
    assert not all(torch.equal(before[name], value) for name, value in run.net.module.state_dict().items())
    assert run.step == 3
    assert all(value.isfinite().all() for value in run.average.net.state_dict().values())


def test_half_precision_leaves_overflows_out_and_then_learns_as_single_precision_does(recipe, corpus):
    # A scaler for the processor stands in for a GPU's.
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**60, backoff_factor=2.0**-20)
    half = Fabric(accelerator="cpu", devices=1, plugins=MixedPrecision("16-mixed", "cpu", scaler=scaler))
    run = Run(replace(recipe, precision="16-mixed", clip=1e-3), corpus, half)
    before = {name: value.clone() for name, value in run.net.module.state_dict().items()}
    norms, clip = [], torch.nn.utils.clip_grad_norm_
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.nn.utils, "clip_grad_norm_", lambda *words: norms.append(clip(*words)) or norms[-1])
        next(run.steps())
        assert all(torch.equal(before[name], value) for name, value in run.net.module.state_dict().items())
        while int(run.health.skipped) == run.step:
            next(run.steps())
    assert not all(torch.equal(before[name], value) for name, value in run.net.module.state_dict().items())
    # The first whole step has the gradient that it would have without a scale.
    single = Run(recipe, corpus, fabric())
    single.step = run.step - 1
    torch.stack(list(single.learner.losses(single.step).values())).sum().backward()
    expected = clip(single.net.parameters(), 1.0)
    assert float(norms[-1]) == pytest.approx(float(expected), rel=0.02)


def test_a_full_disk_is_told_and_what_stood_there_still_stands(tmp_path):
    target = tmp_path / "state.pt"
    target.write_text("before")

    def full(part):
        part.write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(
        WriteError, match=r"state.pt could not be written: .*No space left .* MB are free there: make room"
    ):
        replace_file(target, full)
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


def test_a_broken_state_is_told_and_a_way_on_is_shown(recipe, corpus, tmp_path):
    run = Run(recipe, corpus, fabric())
    run.save(tmp_path)
    whole = (tmp_path / "state.pt").read_bytes()
    (tmp_path / "state.pt").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadModelError, match=r"state.pt is broken, or of another net: .* Begin a new run with --init"):
        run.load(tmp_path)
