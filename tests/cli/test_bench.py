import pytest
from tests.run.conftest import mean_filter

from relume.cli import _gpu, _runner, _turns
from relume.errors import RelumeError
from relume.run import store

torch = pytest.importorskip("torch")
SMALL = ("--size", "64", "--runs", "1", "--threads", "1", "--device", "cpu")


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    """Every way is measured here: tests/cli/test__turns.py starts processes, which takes seconds for each."""

    def in_turns(ways, *, runs):
        return [measured(way, runs) for way in ways]

    def measured(way, runs):
        try:
            first, *others = _runner.answers(dict(way), "." * runs)
        except RelumeError as error:
            return str(error)
        seconds = min(one["seconds"] for one in others)
        return _turns.Measured(seconds=seconds, first_seconds=first["seconds"], peak_bytes=123_000_000)

    monkeypatch.setattr(_turns, "in_turns", in_turns)


@pytest.fixture
def tiers(tmp_path, monkeypatch):
    """A store whose only trained models are two upscalers of one name."""
    for scale in (2, 4):
        store.Store(tmp_path / "models").add(
            mean_filter(tmp_path / f"x{scale}.onnx", scale=scale), task="upscale", name="balanced"
        )
    monkeypatch.setattr(store, "SHIPPED", tmp_path / "none")
    monkeypatch.setenv("RELUME_MODELS", str(tmp_path / "models"))


def test_json_says_how_fast_each_model_was(relume_):
    said = relume_("bench", "-m", "box", "-m", "gaussian", *SMALL, "--json")
    assert said.code == 0
    assert [row["model"] for row in said.json] == ["box", "gaussian"]
    for row in said.json:
        assert row["megapixels_per_second"] == pytest.approx(64 * 64 / 1e6 / row["seconds"])
        assert row["peak_megabytes"] == 123
        assert (row["runtime"], row["parameters"], row["gmac_per_megapixel"]) == ("filter", None, None)


def test_all_scales_of_all_models_and_the_baseline_are_measured(relume_, tiers):
    said = relume_("bench", "--task", "upscale", "--runtime", "onnx", "--precision", "fp32", *SMALL, "--json")
    assert [row["model"] for row in said.json] == ["balanced ×2", "balanced ×4", "bicubic ×2"]
    assert said.code == 0, said.err
    assert [row.get("times_onnx_fp32") for row in said.json] == [1.0, 1.0, None]


def test_every_runtime_runs_and_is_compared_with_the_first(relume_, tmp_path):
    model = mean_filter(tmp_path / "m.onnx", told_sigma=True)
    runtimes = ("--runtime", "openvino", "--runtime", "onnx", "--runtime", "torch")
    said = relume_("bench", "-m", model, *runtimes, "--precision", "fp32", *SMALL, "--json")
    rows = {row["runtime"]: row for row in said.json}
    assert (said.code, set(rows)) == (0, {"onnx", "openvino", "torch"})
    for row in rows.values():
        assert row["times_onnx_fp32"] == pytest.approx(rows["onnx"]["seconds"] / row["seconds"])


@pytest.mark.parametrize(("named", "code"), [((), 0), (("--precision", "int8", "--precision", "fp32"), 1)])
def test_what_cannot_be_measured_is_said(relume_, tiers, named, code):
    options = (
        ("--task", "upscale", "-m", "balanced", "--runtime", "onnx")
        if named
        else (
            "--task",
            "upscale",
        )
    )
    said = relume_("bench", *options, *named, "--size", "32", "--runs", "1", "--threads", "1", "--json")
    missed = [row for row in said.json if "unavailable" in row]
    assert said.code == code
    assert {row["precision"] for row in missed} >= {"int8"}
    assert "balanced ×2: not measured in onnx int8" in said.err
    assert "relume quantize balanced" in said.err


def test_markdown_has_a_row_for_each_model(relume_):
    lines = relume_("bench", "-m", "box", "-m", "gaussian", *SMALL, "--markdown").out.splitlines()
    assert [line.split("|")[1].strip() for line in (lines[0], *lines[2:])] == ["model", "box", "gaussian"]
    assert len({line.count("|") for line in lines}) == 1


def test_a_machine_without_a_gpu_says_so(relume_, monkeypatch):
    monkeypatch.setattr(_gpu, "_torch_device", lambda _: None)
    monkeypatch.setattr(_gpu, "_onnx_has_cuda", lambda _: False)
    said = relume_("bench", "-m", "box", "--size", "32", "--runs", "1")
    assert said.code == 0
    assert "No GPU was found: PyTorch sees none" in said.err
    said = relume_("bench", "-m", "box", "--size", "32", "--runs", "1", "--device", "cuda:0")
    assert said.code == 1
    assert "There is no 'cuda:0': PyTorch sees none" in said.err


def test_names_that_are_not_there_are_guessed_at(relume_):
    for option, near in (("--task", "denoise"), ("--runtime", "openvino"), ("--model", "gaussian")):
        said = relume_("bench", option, near[:-1], *SMALL)
        assert said.code == 2
        assert f"Did you mean '{near}'?" in said.err
    said = relume_("bench", "--precision", "int4", *SMALL)
    assert said.code == 2
    assert "A precision is fp32, fp16, bf16, int8, not 'int4'." in said.err


def test_a_filter_has_no_other_precision(relume_):
    said = relume_("bench", "-m", "box", "--precision", "int8", *SMALL)
    assert said.code == 1
    assert "box: not measured in filter int8: box is a filter: it runs on the processor in fp32" in said.err
