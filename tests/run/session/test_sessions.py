"""What every runtime must do alike: the same model file gives the same picture."""

import threading
import time
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tests.run.conftest import box_mean, mean_filter

from relume.errors import BadInputError, BadModelError, StoppedError
from relume.run.session import SESSIONS

RUNTIMES = ["onnx", "openvino", "torch"]


@pytest.mark.parametrize("runtime", RUNTIMES)
class TestEveryRuntime:
    def test_runs_the_model(self, runtime: str, tmp_path: Path) -> None:
        session = SESSIONS[runtime](mean_filter(tmp_path / "m.onnx", scale=2, told_sigma=True), device="cpu")
        batch = np.random.default_rng(0).random((2, 20, 31, 3), np.float32)
        level = np.full((2, 20, 31, 1), 0.25, np.float32)
        restored = session.run(batch, {"sigma": level})
        wanted = np.stack([box_mean(tile) + 0.25 for tile in batch]).repeat(2, 1).repeat(2, 2)
        assert restored.dtype == np.float32
        np.testing.assert_allclose(restored, wanted, atol=1e-5)

    def test_takes_bytes(self, runtime: str, tmp_path: Path) -> None:
        path = mean_filter(tmp_path / "m.onnx")
        picture = np.random.default_rng(0).random((1, 9, 9, 3), np.float32)
        by_path, by_bytes = SESSIONS[runtime](path), SESSIONS[runtime](path.read_bytes())
        np.testing.assert_array_equal(by_path.run(picture, {}), by_bytes.run(picture, {}))

    def test_refuses_what_is_no_model(self, runtime: str, tmp_path: Path) -> None:
        path = tmp_path / "bad.onnx"
        path.write_bytes(b"no model at all")
        with pytest.raises(BadModelError):
            SESSIONS[runtime](path)

    def test_refuses_an_unknown_device(self, runtime: str, tmp_path: Path) -> None:
        with pytest.raises(BadInputError, match=r"device|Device"):
            SESSIONS[runtime](mean_filter(tmp_path / "m.onnx"), device="abacus")


def test_onnx_says_what_the_model_takes(tmp_path: Path) -> None:
    session = SESSIONS["onnx"](mean_filter(tmp_path / "m.onnx"))
    picture = np.zeros((1, 9, 9, 3), np.float32)
    with pytest.raises(BadModelError, match="The model takes image, but got 2 inputs"):
        session.run(picture, {"sigma": picture[..., :1]})
    with pytest.raises(BadModelError, match=r"failed on a batch of shape \(1, 9, 9, 2\)"):
        session.run(picture[..., :2], {})


def test_onnx_names_the_providers_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(
        BadInputError, match=r"'cuda:1' needs ONNX Runtime with CUDAExecutionProvider; installed are .*cpu"
    ):
        SESSIONS["onnx"](mean_filter(tmp_path / "m.onnx"), device="cuda:1")


def test_a_run_in_flight_is_stopped_soon(tmp_path: Path) -> None:
    session = SESSIONS["onnx"](mean_filter(tmp_path / "m.onnx", radius=12))
    picture = np.zeros((1, 700, 700, 3), np.float32)
    answers: list[BaseException] = []

    def run() -> None:
        try:
            for _ in range(100):
                session.run(picture, {})
        except StoppedError as error:
            answers.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(0.3)
    began = time.monotonic()
    while thread.is_alive() and time.monotonic() - began < 30:
        session.stop()
        time.sleep(0.01)
    assert answers
    assert time.monotonic() - began < 20


def test_torch_names_the_operators_it_lacks(tmp_path: Path) -> None:
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, 3, 8, 8]) for n in ("image", "restored")]
    graph = helper.make_graph([helper.make_node("Erf", ["image"], ["restored"])], "g", ends[:1], ends[1:])
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(tmp_path / "m.onnx")
    )
    with pytest.raises(BadModelError, match="does not know Erf. Use the onnx runtime"):
        SESSIONS["torch"](tmp_path / "m.onnx")


@pytest.mark.parametrize("runtime", RUNTIMES)
class TestEveryRuntimeThatFails:
    def test_says_what_the_model_takes(self, runtime: str, tmp_path: Path) -> None:
        session = SESSIONS[runtime](mean_filter(tmp_path / "m.onnx"))
        picture = np.zeros((1, 9, 9, 3), np.float32)
        with pytest.raises(BadModelError, match="The model takes image, but got 2 inputs"):
            session.run(picture, {"sigma": picture[..., :1]})
        with pytest.raises(BadModelError, match=r"failed on a batch of shape \(1, 9, 9, 2\)"):
            session.run(picture[..., :2], {})

    def test_feeds_inputs_of_other_names_in_their_order(self, runtime: str, tmp_path: Path) -> None:
        path = mean_filter(tmp_path / "m.onnx", told_sigma=True)
        model = onnx.load(str(path))
        for node in model.graph.node:
            node.input[:] = [{"image": "x", "sigma": "noise"}.get(name, name) for name in node.input]
        for put, name in zip(model.graph.input, ("x", "noise"), strict=True):
            put.name = name
        picture = np.random.default_rng(0).random((1, 12, 9, 3), np.float32)
        session = SESSIONS[runtime](model.SerializeToString())
        restored = session.run(picture, {"sigma": np.full((1, 12, 9, 1), 0.5, np.float32)})
        np.testing.assert_allclose(restored[0], box_mean(picture[0]) + 0.5, atol=1e-5)

    def test_a_run_after_a_stop_starts_as_usual(self, runtime: str, tmp_path: Path) -> None:
        session = SESSIONS[runtime](mean_filter(tmp_path / "m.onnx"))
        picture = np.random.default_rng(0).random((1, 9, 9, 3), np.float32)
        session.stop()
        np.testing.assert_allclose(session.run(picture, {})[0], box_mean(picture[0]), atol=1e-5)

    def test_stops_all_runs_in_flight(self, runtime: str, tmp_path: Path) -> None:
        session = SESSIONS[runtime](mean_filter(tmp_path / "m.onnx", radius=4))
        answers: list[str] = []

        def run() -> None:
            try:
                for _ in range(400):
                    session.run(np.zeros((1, 500, 500, 3), np.float32), {})
            except StoppedError as error:
                answers.append(str(error))

        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        began = time.monotonic()
        while any(thread.is_alive() for thread in threads) and time.monotonic() - began < 20:
            time.sleep(0.003)
            session.stop()
        assert answers == ["The run was stopped."] * 2


@pytest.mark.parametrize("runtime", ["openvino", "torch"])
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_half_precisions_are_close(runtime: str, precision: str, tmp_path: Path) -> None:
    session = SESSIONS[runtime](mean_filter(tmp_path / "m.onnx"), precision=precision)
    picture = np.random.default_rng(0).random((1, 30, 31, 3), np.float32)
    np.testing.assert_allclose(
        session.run(picture, {})[0], box_mean(picture[0]), atol=2e-2 if precision == "bf16" else 1e-5
    )


@pytest.mark.parametrize("mode", ["DCR", "CRD"])
def test_torch_knows_both_orders_of_shuffled_pixels(mode: str, tmp_path: Path) -> None:
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["b", 3, "h", "w"]) for n in ("image", "restored")]
    nodes = [
        helper.make_node("SpaceToDepth", ["image"], ["deep"], blocksize=2),
        helper.make_node("Clip", ["deep", "low", "high"], ["kept"]),
        helper.make_node("DepthToSpace", ["kept"], ["restored"], blocksize=2, mode=mode),
    ]
    ends_of_clip = [numpy_helper.from_array(np.float32(value), name) for value, name in ((0.2, "low"), (0.8, "high"))]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], ends_of_clip)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9).SerializeToString()
    picture = np.random.default_rng(0).random((1, 8, 6, 3), np.float32)
    np.testing.assert_allclose(SESSIONS["torch"](model).run(picture, {}), SESSIONS["onnx"](model).run(picture, {}))
