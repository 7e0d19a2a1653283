import json
import signal
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from relume.degrade import Range
from relume.degrade.gaussian_noise import GaussianNoise
from relume.errors import BadInputError, BadModelError
from relume.make import train as training
from relume.make.recipe import Phase, Recipe
from relume.make.train import Options, Progress, train

RECIPE = Recipe(
    task="denoise",
    name="tiny",
    net="unet",
    options={"width": 8, "blocks": (1, 1)},
    degrade=((1.0, GaussianNoise(sigma=Range(0.0, 0.2))),),
    data=("one", "two"),
    phases=(Phase(start=0.0, batch=4, crop=32), Phase(start=0.5, batch=2, crop=48)),
    steps=12,
    learning_rate=2e-3,
    warmup=3,
    grey=0.3,
    precision="32-true",
)


class Killed(Exception):  # noqa: N818  (it plays a signal)
    pass


@pytest.fixture(autouse=True)
def often(monkeypatch):
    monkeypatch.setattr(training, "LOG_EVERY", 2)
    monkeypatch.setattr(training, "VALIDATE_EVERY", 4)


def log(out):
    return [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]


def killed_at(data, out, step, **options):
    """A run that saves after every step and dies in a report, as by a signal."""

    def report(progress):
        if progress.step == step:
            raise Killed

    with pytest.raises(Killed):
        train(RECIPE, data=data, out=out, options=Options(save_every_minutes=0.0, report=report), **options)


@pytest.fixture(scope="module")
def undisturbed(data, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "undisturbed"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "LOG_EVERY", 2)
        patch.setattr(training, "VALIDATE_EVERY", 4)
        assert train(RECIPE, data=data, out=out)
    return out


@pytest.mark.parametrize("step", [4, 8])  # in the first phase, and in the second
def test_a_killed_run_ends_as_an_undisturbed_one_bit_by_bit(data, undisturbed, tmp_path, step):
    killed_at(data, tmp_path, step)
    state = torch.load(tmp_path / "state.pt", weights_only=True)
    assert state["step"] == step - 1
    assert train(RECIPE, data=data, out=tmp_path, resume=True)
    one, other = (load_file(out / "weights.safetensors") for out in (undisturbed, tmp_path))
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)
    one, other = (torch.load(out / "state.pt", weights_only=True) for out in (undisturbed, tmp_path))
    assert all(torch.equal(one["net"][name], other["net"][name]) for name in one["net"])
    # Every step is logged once, with the same figures, but for the steps that were half of a mean when it died.
    assert [line["step"] for line in log(tmp_path)] == [2, 4, 6, 8, 10, 12]
    same = [line["step"] for line in log(tmp_path) if line["step"] != step]
    figures = [[(e["loss"], e.get("psnr")) for e in log(out) if e["step"] in same] for out in (undisturbed, tmp_path)]
    assert figures[0] == figures[1]


def test_a_resume_is_written_beside_where_the_run_came_from(data, tmp_path):
    killed_at(data, tmp_path, 4)
    before = json.loads((tmp_path / "provenance.json").read_text())
    train(RECIPE, data=data, out=tmp_path, resume=True)
    after = json.loads((tmp_path / "provenance.json").read_text())
    assert [entry["step"] for entry in after.pop("resumed")] == [3]
    assert after == before
    assert (before["pictures"], before["held_out"]) == (8, ["two/012.png", "two/016.png"])


def test_validation_does_not_change_what_is_trained(data, undisturbed, tmp_path, monkeypatch):
    monkeypatch.setattr(training, "VALIDATE_EVERY", 10**9)
    train(RECIPE, data=data, out=tmp_path)
    one, other = (load_file(out / "weights.safetensors") for out in (undisturbed, tmp_path))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_training_lowers_the_loss_by_a_third_in_seconds(data, tmp_path):
    recipe = RECIPE.changed({"steps": "100", "grey": "0", "warmup": "5", "learning_rate": "4e-3"})
    seen = []
    assert train(recipe, data=data, out=tmp_path, options=Options(report=seen.append))
    first, last = (np.mean([progress.loss for progress in part]) for part in (seen[:5], seen[-12:]))
    assert last < 0.67 * first
    gained = [entry["psnr"] for entry in log(tmp_path) if "psnr" in entry]
    assert gained[-1] > gained[0] + 2


def test_it_stops_in_time_and_says_what_is_left(data, tmp_path):
    assert not train(RECIPE, data=data, out=tmp_path, options=Options(minutes=0.0))
    assert torch.load(tmp_path / "state.pt", weights_only=True)["step"] == 1
    assert Progress(step=10, steps=40, loss=0.1, seconds_per_step=2.0).seconds_left == 60


def test_ctrl_c_ends_it_after_a_whole_step_that_is_saved(data, undisturbed, tmp_path):
    def report(progress):
        if progress.step == 6:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        train(RECIPE, data=data, out=tmp_path, options=Options(report=report))
    assert torch.load(tmp_path / "state.pt", weights_only=True)["step"] == 6
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert train(RECIPE, data=data, out=tmp_path, resume=True)
    one, other = (load_file(out / "weights.safetensors") for out in (undisturbed, tmp_path))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_second_ctrl_c_is_not_kept_waiting():
    with training._postponed() as asked:
        signal.raise_signal(signal.SIGTERM)
        assert asked == [signal.SIGTERM]
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_the_average_is_what_is_saved_for_export(data, tmp_path):
    train(RECIPE, data=data, out=tmp_path)
    state = torch.load(tmp_path / "state.pt", weights_only=True)
    weights = load_file(tmp_path / "weights.safetensors")
    assert all(torch.equal(weights[name], state["average"][name]) for name in weights)
    assert any(not torch.equal(weights[name], state["net"][name]) for name in weights)


def test_numbers_that_are_none_end_the_run_and_keep_what_was_saved(data, tmp_path, monkeypatch):
    killed_at(data, tmp_path, 4)
    saved = (tmp_path / "state.pt").read_bytes()
    monkeypatch.setattr("relume.make.health.IN_A_ROW", 5)

    def bad(_, restored, clean):
        return {"l1": restored.mean() * torch.nan}

    monkeypatch.setattr("relume.make.regimes.supervised.named_losses", bad)
    with pytest.raises(BadModelError, match=r"no finite number in 5 steps in a row, up to step 8; the state"):
        train(RECIPE, data=data, out=tmp_path, resume=True, options=Options(save_every_minutes=0.0))
    assert (tmp_path / "state.pt").read_bytes() == saved


def test_a_run_is_not_written_over(data, undisturbed):
    with pytest.raises(BadInputError, match=r"holds a run already. Continue it with --resume"):
        train(RECIPE, data=data, out=undisturbed)


def test_a_run_begins_with_the_average_of_another_and_says_so(data, undisturbed, tmp_path):
    still = RECIPE.changed({"steps": "1", "learning_rate": "1e-12", "weight_decay": "0"})
    assert train(still, data=data, out=tmp_path / "second", init=undisturbed)
    one, other = (load_file(out / "weights.safetensors") for out in (undisturbed, tmp_path / "second"))
    assert all(torch.allclose(one[name], other[name], atol=1e-9) for name in one)
    origin = json.loads((tmp_path / "second" / "provenance.json").read_text())["init"]
    assert (origin["steps"], origin["recipe"]["learning_rate"]) == (12, RECIPE.learning_rate)
    assert (
        origin["provenance"]["data_sha256"] == json.loads((undisturbed / "provenance.json").read_text())["data_sha256"]
    )


def test_a_run_does_not_begin_with_the_weights_of_another_net(data, undisturbed, tmp_path):
    wider = replace(RECIPE, options={"width": 12, "blocks": (1, 1)})
    with pytest.raises(BadModelError, match=r"The weights in .* fit another net than 'tiny'"):
        train(wider, data=data, out=tmp_path / "wider", init=undisturbed)


@pytest.mark.skipif(torch.cuda.is_available(), reason="it is there")
@pytest.mark.parametrize("devices", [None, 1])
def test_a_gpu_that_is_not_there_is_told_and_the_processor_does_not_stand_in(data, tmp_path, devices):
    options = Options(accelerator="cuda", devices=devices)
    with pytest.raises(BadInputError, match=r"cannot be set up as asked: .*CUDAAccelerator.* Choose another --device"):
        train(RECIPE, data=data, out=tmp_path, options=options)


def test_nothing_is_resumed_from_nothing(data, tmp_path):
    with pytest.raises(BadInputError, match=r"holds no run to resume: state.pt is missing"):
        train(RECIPE, data=data, out=tmp_path, resume=True)


def test_a_resume_with_another_recipe_is_refused_but_more_steps_are_welcome(data, tmp_path):
    killed_at(data, tmp_path, 4)
    with pytest.raises(BadInputError, match=r"began with another grey and seed. A resumed run may change only steps"):
        train(RECIPE.changed({"grey": "0.1", "seed": "4"}), data=data, out=tmp_path, resume=True)
    assert train(RECIPE.changed({"steps": "14"}), data=data, out=tmp_path, resume=True)
    assert Recipe.from_json((tmp_path / "recipe.json").read_text()).steps == 14


def test_a_resume_with_other_pictures_is_refused(data, tmp_path):
    killed_at(data, tmp_path / "run", 4)
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        for path in sorted((data / folder).iterdir())[:2]:
            (tmp_path / folder / path.name).write_bytes(path.read_bytes())
    with pytest.raises(BadInputError, match="began with other pictures"):
        train(RECIPE, data=tmp_path, out=tmp_path / "run", resume=True)


def test_crops_off_the_nets_grid_are_refused_before_the_first_step(data, tmp_path):
    recipe = Recipe.from_json(RECIPE.to_json().replace('"crop": 48', '"crop": 50'))
    with pytest.raises(BadInputError, match="unet takes sides that are multiples of 4, but crop is 50"):
        train(recipe, data=data, out=tmp_path)
