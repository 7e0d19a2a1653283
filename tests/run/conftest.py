from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from relume.run.manifest import Manifest, ModelFile, digest


def mean_filter(path: Path, *, radius: int = 2, scale: int = 1, told_sigma: bool = False, channels: int = 3) -> Path:
    """An ONNX file whose answer is known: a box mean (of `radius`), zero beyond the rim, then nearest enlargement.

    With `told_sigma` it adds the noise level to the result, so a test sees what it was told.
    """
    side = 2 * radius + 1
    kernel = np.full((channels, 1, side, side), 1 / side**2, np.float32)
    nodes = [
        helper.make_node("Conv", ["image", "k"], ["m"], group=channels, pads=[radius] * 4, kernel_shape=[side] * 2)
    ]
    last = "m"
    if told_sigma:
        nodes.append(helper.make_node("Add", [last, "sigma"], ["t"]))
        last = "t"
    sizes = numpy_helper.from_array(np.array([1, 1, scale, scale], np.float32), "f")
    nodes.append(
        helper.make_node(
            "Resize",
            [last, "", "f"],
            ["restored"],
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        )
    )
    inputs = [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["b", channels, "h", "w"])]
    if told_sigma:
        inputs.append(helper.make_tensor_value_info("sigma", TensorProto.FLOAT, ["b", 1, "h", "w"]))
    output = helper.make_tensor_value_info("restored", TensorProto.FLOAT, ["b", channels, "H", "W"])
    graph = helper.make_graph(nodes, "mean", inputs, [output], [numpy_helper.from_array(kernel, "k"), sizes])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return path


def box_mean(pixels: np.ndarray, radius: int = 2) -> np.ndarray:
    """What `mean_filter` computes, by another way."""
    from scipy import ndimage

    return ndimage.uniform_filter(pixels, (2 * radius + 1, 2 * radius + 1, 1), mode="constant").astype(np.float32)


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's models folder with two models: denoise/mean (told sigma) and upscale/twice."""
    home = tmp_path / "models"
    monkeypatch.setenv("RELUME_MODELS", str(home))
    for name, task, scale in (("mean", "denoise", 1), ("twice", "upscale", 2)):
        folder = home / name
        folder.mkdir(parents=True)
        told = task == "denoise"
        path = mean_filter(folder / "model.onnx", scale=scale, told_sigma=told)
        Manifest(
            task=task,
            name=name,
            inputs=("image", "sigma") if told else ("image",),
            channels=3,
            scale=scale,
            halo=2,
            tile=96,
            precisions={"fp32": ModelFile(file=path.name, sha256=digest(path))},
        ).write(folder / "manifest.json")
    return home


MakeModel = Callable[..., Path]


@pytest.fixture
def make_model() -> MakeModel:
    return mean_filter
