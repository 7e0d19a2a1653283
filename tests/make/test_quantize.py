import dataclasses
import json

import numpy as np
import onnx
import pytest

from relume import Engine, files
from relume.degrade import parse
from relume.errors import BadInputError, BadModelError
from relume.make import quantize as module
from relume.make._qdq import Span
from relume.make.evaluate import degrade
from relume.make.quantize import FILE, open_model, quantize
from relume.run.manifest import Manifest, digest
from relume.run.store import Store

SPEC = "gaussian_noise:sigma=25/255"


@pytest.fixture(scope="module")
def made(model, data, tmp_path_factory):
    """A tiny trained model in 8 bits, calibrated on pictures of its own training folders."""
    out = tmp_path_factory.mktemp("int8") / "tiny"
    return quantize(open_model(str(model)), data=data, out=out, specs=(SPEC,), side=64, count=6)


@pytest.fixture(scope="module")
def opened(made):
    return open_model(str(made.file.parent))


def test_the_file_stands_in_the_manifest_beside_the_other_one(made, opened, model):
    manifest = opened.manifest
    assert set(manifest.precisions) == {"fp32", "int8"}
    assert manifest.precisions["int8"].file == FILE
    assert manifest.precisions["int8"].sha256 == digest(made.file)
    assert manifest.precisions["fp32"] == Manifest.read(model / "manifest.json").precisions["fp32"]
    assert manifest.training["int8"]["lost"] == pytest.approx(made.lost, abs=1e-4)
    assert set(manifest.training["int8"]["tried"]) == {"percentile", "mse", "entropy", "minmax"}
    assert sorted(path.name for path in made.file.parent.iterdir()) == [
        "golden.npz",
        "manifest.json",
        FILE,
        "model.onnx",
    ]


def test_what_it_says_it_loses_is_what_the_engine_loses(made, opened, data):
    """On other pictures, by another way: through the engine, with skimage's measure."""
    from skimage.metrics import peak_signal_noise_ratio

    values = {}
    for precision in ("fp32", "int8"):
        with Engine("denoise", model=str(opened.folder), precision=precision, threads=1) as engine:
            found = []
            for index, path in enumerate(sorted((data / "two").iterdir())):
                clean = files.open(path).pixels
                noisy = degrade(clean, parse(SPEC), seed=1, index=index)
                (restored,) = engine.process([noisy], sigma=25 / 255, noise_type="gaussian")
                found.append(peak_signal_noise_ratio(clean, restored.clip(0, 1), data_range=1.0))
            values[precision] = np.mean(found)
    assert values["fp32"] != values["int8"]
    assert values["fp32"] - values["int8"] == pytest.approx(made.lost, abs=0.05)
    assert made.lost <= 0.1


def test_its_inner_convolutions_have_8_bit_weights_and_the_outer_ones_stay_float(made):
    graph = onnx.load(made.file).graph
    levels = [t for t in graph.initializer if t.data_type == onnx.TensorProto.INT8 and t.name.endswith(".levels")]
    assert levels
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    assert not convolutions[0].input[1].endswith(".8bit")
    assert not convolutions[-1].input[1].endswith(".8bit")
    assert any(node.input[1].endswith(".8bit") for node in convolutions[1:-1])
    assert "tail.weight" in made.kept


def test_its_output_is_near_the_golden_one(opened):
    """Not as near as a trained model's: this one has 8 channels and saw 100 steps."""
    with np.load(opened.folder / "golden.npz", allow_pickle=False) as golden:
        restored = opened.open(device="cpu", precision="int8").run(golden["image"], {"sigma": golden["sigma"]})
        assert 0 < np.sqrt(np.mean((restored - golden["restored"]) ** 2)) < 0.04


@pytest.mark.parametrize("runtime", ["onnx", "openvino"])
def test_runtimes_open_it_by_its_precision(opened, runtime):
    picture = np.random.default_rng(0).random((1, 32, 32, 3), np.float32)
    level = np.full((1, 32, 32, 1), 0.1, np.float32)
    rounded = opened.open(device="cpu", precision="int8", runtime=runtime).run(picture, {"sigma": level})
    exact = opened.open(device="cpu", precision="fp32", runtime=runtime).run(picture, {"sigma": level})
    assert 0 < np.abs(rounded - exact).mean() < 0.03


def test_auto_stays_with_fp32(opened):
    picture = np.random.default_rng(0).random((1, 32, 32, 3), np.float32)
    level = {"sigma": np.full((1, 32, 32, 1), 0.1, np.float32)}
    exact = opened.open(device="cpu", precision="fp32").run(picture, level)
    np.testing.assert_array_equal(opened.open(device="cpu").run(picture, level), exact)


def test_a_model_that_loses_too_much_is_refused_with_the_figure_and_nothing_is_written(
    model, data, tmp_path, monkeypatch
):
    chosen = module.search

    def with_ranges_that_clip(*arguments, **options):
        found = chosen(*arguments, **options)
        found.spans = {name: Span(0.0, 0.05) for name in found.spans}
        return found

    monkeypatch.setattr(module, "search", with_ranges_that_clip)
    with pytest.raises(
        BadModelError, match=r"tiny in INT8 loses \d+\.\d\d dB .* more than 0\.1\. Nothing was written"
    ) as found:
        quantize(open_model(str(model)), data=data, out=tmp_path / "out", specs=(SPEC,), side=64, count=6)
    assert f"held-out crops of {data}" in str(found.value)
    assert not (tmp_path / "out").exists()


def test_what_is_no_network_or_in_8_bits_already_is_refused(made, opened, tmp_path):
    with pytest.raises(BadInputError, match="gaussian has no fp32 file to quantise. Name a network"):
        quantize(open_model("gaussian"))
    again = dataclasses.replace(
        opened,
        manifest=opened.manifest.model_copy(update={"precisions": {"fp32": opened.manifest.precisions["int8"]}}),
    )
    with pytest.raises(BadInputError, match="is quantised already. Give the model in float"):
        quantize(again, out=tmp_path)


def test_a_model_that_is_told_the_noise_needs_a_damage_that_knows_it(model):
    with pytest.raises(BadInputError, match="tiny is told the sigma, which bicubic_downscale does not give"):
        quantize(open_model(str(model)), specs=("bicubic_downscale:scale=1",), side=64, count=2)


def test_a_folder_that_is_none_and_too_few_pictures_are_refused(model, data, tmp_path):
    with pytest.raises(BadInputError, match="is no folder. Give a folder of clean pictures"):
        quantize(open_model(str(model)), data=tmp_path / "none")
    (tmp_path / "few").mkdir()
    (tmp_path / "few" / "a.png").write_bytes(next((data / "one").iterdir()).read_bytes())
    with pytest.raises(BadInputError, match="1 pictures are too few to calibrate on some and judge by others"):
        quantize(open_model(str(model)), data=tmp_path / "few", side=64)


def test_a_bare_file_and_a_run_need_a_folder(model, run, tmp_path):
    bare = tmp_path / "bare.onnx"
    bare.write_bytes((model / "model.onnx").read_bytes())
    for name in (bare, run):
        with pytest.raises(BadInputError, match="is no model with a manifest yet. Name the folder that it is to get"):
            open_model(str(name))
    found = open_model(str(run), out=tmp_path / "mine")
    assert found.manifest.name == "tiny"
    assert found.verify() < 1e-5


def test_a_bare_file_gets_a_model_of_its_own(model, tmp_path):
    bare = tmp_path / "bare.onnx"
    bare.write_bytes((model / "model.onnx").read_bytes())
    out = tmp_path / "ready"
    made = quantize(open_model(str(bare), out=out), out=out, specs=(SPEC,), limit=1.0, side=64, count=4)
    assert Store().get("denoise", str(out)).manifest.name == "bare"
    assert json.loads((out / "manifest.json").read_text())["training"]["int8"]["method"] == made.method
