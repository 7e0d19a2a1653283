"""What a stranger's ONNX file is, found out by running it."""

from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tests.run.conftest import mean_filter

from relume.errors import BadModelError
from relume.run.probe import probe


def graph(path: Path, nodes: list[onnx.NodeProto], *, inputs: dict[str, list[str | int]], constants: dict) -> Path:
    puts = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()]
    out = helper.make_tensor_value_info("restored", TensorProto.FLOAT, ["b", "C", "H", "W"])
    kept = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    made = helper.make_graph(nodes, "g", puts, [out], kept)
    onnx.save(helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(path))
    return path


PICTURE: dict[str, list[str | int]] = {"image": ["b", 3, "h", "w"]}


def test_a_model_on_a_grid_of_four_says_so(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("SpaceToDepth", ["image"], ["deep"], blocksize=4),
        helper.make_node("DepthToSpace", ["deep"], ["restored"], blocksize=4),
    ]
    found = probe(graph(tmp_path / "m.onnx", nodes, inputs=PICTURE, constants={}), task="denoise")
    assert (found.multiple_of, found.scale, found.halo) == (4, 1, 0)


def test_a_model_that_looks_at_the_whole_picture_has_no_halo(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["mean"], axes=[2, 3], keepdims=1),
        helper.make_node("Sub", ["image", "mean"], ["restored"]),
    ]
    assert probe(graph(tmp_path / "m.onnx", nodes, inputs=PICTURE, constants={}), task="denoise").halo is None


@pytest.mark.parametrize("radius", [1, 6, 11])
def test_the_halo_covers_what_a_cut_changes(tmp_path: Path, radius: int) -> None:
    halo = probe(mean_filter(tmp_path / "m.onnx", radius=radius), task="denoise").halo
    assert halo == -(-radius // 8) * 8


def test_what_takes_no_picture_is_refused(tmp_path: Path) -> None:
    nodes = [helper.make_node("Identity", ["image"], ["restored"])]
    path = graph(tmp_path / "m.onnx", nodes, inputs={"image": ["b", "n"]}, constants={})
    with pytest.raises(BadModelError, match="A restorer takes a float32 picture 'b c h w' in"):
        probe(path, task="denoise")


def test_what_runs_at_one_size_only_is_refused(tmp_path: Path) -> None:
    nodes = [helper.make_node("Identity", ["image"], ["restored"])]
    path = graph(tmp_path / "m.onnx", nodes, inputs={"image": [1, 3, 64, 64]}, constants={})
    with pytest.raises(BadModelError, match="ran at no side from 129 to 256"):
        probe(path, task="denoise")


def test_what_changes_the_number_of_channels_is_refused(tmp_path: Path) -> None:
    nodes = [helper.make_node("Concat", ["image", "image"], ["restored"], axis=1)]
    with pytest.raises(BadModelError, match="turns 3 channels into 6; a restorer keeps them"):
        probe(graph(tmp_path / "m.onnx", nodes, inputs=PICTURE, constants={}), task="denoise")
