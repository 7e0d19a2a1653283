import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from safetensors.torch import load_file, save_file

from relume.errors import BadInputError, BadModelError, MissingExtraError
from relume.make import export as module
from relume.make.export import export, load, to_onnx
from relume.make.nets.unet import UNet
from relume.make.recipe import Recipe
from relume.run.session import SESSIONS


@pytest.fixture(scope="module")
def file(model):
    return model / "model.onnx"


def feeds(batch, height, width):
    rng = np.random.default_rng(0)
    image = rng.normal(0.5, 0.6, (batch, 3, height, width)).astype(np.float32)  # beyond 0 and 1 too
    return {"image": image, "sigma": rng.uniform(0, 0.2, (batch, 1, height, width)).astype(np.float32)}


@pytest.mark.parametrize("shape", [(1, 4, 4), (2, 20, 36), (5, 64, 8)])
def test_gives_what_pytorch_gives_at_any_batch_height_and_width(run, file, shape):
    _, net = load(run)
    inputs = feeds(*shape)
    with torch.no_grad():
        wanted = net(*map(torch.from_numpy, inputs.values())).numpy()
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    (got,) = session.run(["restored"], inputs)
    np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-5)


def test_says_what_goes_in_and_out(file, recipe):
    graph = onnx.load(file)

    def axes(value):
        return [axis.dim_param or axis.dim_value for axis in value.type.tensor_type.shape.dim]

    assert {value.name: axes(value) for value in (*graph.graph.input, *graph.graph.output)} == {
        "image": ["batch", 3, "height", "width"],
        "sigma": ["batch", 1, "height", "width"],
        "restored": ["batch", 3, "height", "width"],
    }
    assert [(entry.domain, entry.version) for entry in graph.opset_import] == [("", 18)]
    (carried,) = [entry.value for entry in graph.metadata_props if entry.key == "relume.recipe"]
    assert Recipe.from_json(carried).options == recipe.options


def test_uses_the_fast_operators_and_folds_the_rest(file):
    kinds = {node.op_type for node in onnx.load(file).graph.node}
    assert {"Conv", "Relu", "Resize", "DepthToSpace"} <= kinds
    # Nothing of what exporters leave behind: shapes, gathers, loops, transposes, constants as nodes. Casts are the
    # weights' own, folded when the model is loaded.
    assert kinds <= {"Cast", "Conv", "Relu", "Add", "Sub", "Concat", "Resize", "DepthToSpace"}


def test_tells_nothing_of_the_machine_it_was_made_on(file):
    content = file.read_bytes()
    assert str(Path(module.__file__).parent).encode() not in content
    assert b"stack_trace" not in content
    assert b".py" not in content


def test_the_average_is_exported(run, file):
    average = load_file(run / "weights.safetensors")["tail.weight"].half().float().numpy()
    stored = [onnx.numpy_helper.to_array(tensor) for tensor in onnx.load(file).graph.initializer]
    assert any(array.shape == average.shape and np.array_equal(array, average) for array in stored)


def test_prints_and_warns_of_nothing_and_leaves_the_net_as_it_was(recipe, capfd, recwarn):
    net = UNet(width=8, blocks=(1,)).to(memory_format=torch.channels_last).train()
    strides = [parameter.stride() for parameter in net.parameters()]
    to_onnx(net, recipe=recipe)
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list
    assert net.training
    assert strides == [parameter.stride() for parameter in net.parameters()]


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(BadInputError, match=r"is no run folder: recipe.json is missing. Give the --out of a"):
        export(tmp_path)


def test_weights_of_another_net_are_refused(run, tmp_path):
    shutil.copyfile(run / "recipe.json", tmp_path / "recipe.json")
    save_file({"head.weight": torch.zeros(2)}, tmp_path / "weights.safetensors")
    with pytest.raises(BadModelError, match=r"the weights do not fit unet of the recipe"):
        export(tmp_path)


def test_a_model_that_differs_from_its_net_is_not_written(run, file, tmp_path, monkeypatch):
    for name in ("recipe.json", "weights.safetensors"):
        shutil.copyfile(run / name, tmp_path / name)
    wrong = onnx.load(file)
    for tensor in wrong.graph.initializer:
        array = onnx.numpy_helper.to_array(tensor)
        if array.ndim == 4:
            tensor.CopyFrom(onnx.numpy_helper.from_array(array * 1.01, tensor.name))
    monkeypatch.setattr(module, "to_onnx", lambda net, recipe: wrong.SerializeToString())
    with pytest.raises(BadModelError, match=r"ONNX Runtime's result differs from PyTorch's by .*nothing was written"):
        export(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["recipe.json", "weights.safetensors"]


def test_without_the_exporters_package_it_says_what_to_install(recipe, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "onnxscript", None)
    with pytest.raises(MissingExtraError, match=r'needs onnxscript. Install it with: pip install "relume\[train\]"'):
        to_onnx(UNet(width=8, blocks=(1,)), recipe=recipe)


def test_recipe_in_the_metadata_is_the_runs(run, file):
    (carried,) = [entry.value for entry in onnx.load(file).metadata_props if entry.key == "relume.recipe"]
    assert json.loads(carried) == json.loads((run / "recipe.json").read_text())


def test_weights_are_stored_in_half_and_computed_in_full(run):
    torch.manual_seed(0)
    net = UNet(width=16, blocks=(1, 1))
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(parameter.half())
    model = onnx.load_from_string(to_onnx(net, recipe=load(run)[0]))
    large = [tensor for tensor in model.graph.initializer if np.prod(tensor.dims) >= 1024]
    assert large
    assert {tensor.data_type for tensor in large} == {onnx.TensorProto.FLOAT16}
    picture = np.random.default_rng(0).random((1, 32, 32, 3), np.float32)
    level = np.full((1, 32, 32, 1), 0.1, np.float32)
    with torch.no_grad():
        wanted = net(torch.from_numpy(picture.transpose(0, 3, 1, 2)), torch.full((1, 1, 32, 32), 0.1)).numpy()
    for runtime in ("onnx", "openvino", "torch"):
        restored = SESSIONS[runtime](model.SerializeToString(), device="cpu").run(picture, {"sigma": level})
        np.testing.assert_allclose(restored.transpose(0, 3, 1, 2), wanted, atol=2e-5)


def test_weights_that_half_cannot_hold_stay_as_they_are(run):
    net = UNet(width=16, blocks=(1, 1))
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.normal_(std=0.01)
    model = onnx.load_from_string(to_onnx(net, recipe=load(run)[0]))
    assert onnx.TensorProto.FLOAT16 not in {tensor.data_type for tensor in model.graph.initializer}
