"""What every runtime must do alike: the same model file gives the same picture."""

from pathlib import Path

import numpy as np
import pytest
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
    import threading
    import time

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
    import onnx
    from onnx import TensorProto, helper

    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, 3, 8, 8]) for n in ("image", "restored")]
    graph = helper.make_graph([helper.make_node("Erf", ["image"], ["restored"])], "g", ends[:1], ends[1:])
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(tmp_path / "m.onnx")
    )
    with pytest.raises(BadModelError, match="does not know Erf. Use the onnx runtime"):
        SESSIONS["torch"](tmp_path / "m.onnx")
