"""The arithmetic of frames per second, with the processor in the place of a GPU."""

import pytest
from tests.run.conftest import mean_filter

from relume.cli import _gpu
from relume.run.store import Model, Store

torch = pytest.importorskip("torch")
CPU = torch.device("cpu")
FRAMES = {"small": (9, 22), "larger": (40, 60)}


@pytest.fixture
def model(tmp_path):
    found = Store().get("denoise", str(mean_filter(tmp_path / "m.onnx", told_sigma=True)))
    changed = found.manifest.model_copy(update={"gmac_per_megapixel": 50.0, "multiple_of": 8})
    return Model(changed, found.folder)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_the_share_is_what_the_frames_need_of_what_the_product_reaches(model, precision):
    rows = list(_gpu.on_torch(model, CPU, precision, frames=FRAMES, side=64, seconds=0.02))
    assert [row["frame"] for row in rows] == ["small", "larger"]
    for row in rows:
        height, width = FRAMES[row["frame"]]
        operations = 2 * 50e9 * height * width / 1e6 * row["frames_per_second"]
        assert row["teraflops"] == pytest.approx(operations / 1e12)
        assert row["share_of_peak"] == pytest.approx(operations / 1e12 / row["peak_teraflops"])
        assert _gpu.cells(row | {"model": "m"})[:4] == ["m", row["frame"], "torch", precision]
    assert len({row["peak_teraflops"] for row in rows}) == 1  # measured once, in the same run


def test_the_settings_of_torch_are_as_before(model):
    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.benchmark
    list(_gpu.on_torch(model, CPU, "fp32", frames=FRAMES, side=16, seconds=0.01))
    assert (torch.get_float32_matmul_precision(), torch.backends.cudnn.benchmark) == before


def test_frames_that_the_model_does_not_take_are_padded(model):
    picture, told = _gpu._frame(model.manifest, (1080, 1914))
    assert (picture.shape, told["sigma"].shape) == ((1, 1080, 1920, 3), (1, 1080, 1920, 1))


def test_a_frame_that_does_not_fit_is_told_of_and_the_next_one_measured(model, monkeypatch):
    from relume.errors import OutOfMemoryError
    from relume.run.session.torch import TorchSession

    real = TorchSession.restored

    def small_memory(self, placed):
        if placed["image"].shape[-1] > 30:
            raise OutOfMemoryError("A batch of that shape does not fit into memory.")
        return real(self, placed)

    monkeypatch.setattr(TorchSession, "restored", small_memory)
    fitting, other = _gpu.on_torch(model, CPU, "fp32", frames=FRAMES, side=16, seconds=0.01)
    assert fitting["frames_per_second"] > 0
    assert other["unavailable"] == "A batch of that shape does not fit into memory."


def test_onnx_frames_have_no_time_without_transfer(model):
    (row,) = _gpu.on_onnx(model, "cpu", frames={"small": (9, 22)}, seconds=0.01)
    assert row["frames_per_second"] is None
    assert row["teraflops"] == pytest.approx(2 * 50e9 * 9 * 22 / 1e18 * row["frames_per_second_with_transfer"])
    assert _gpu.cells(row | {"model": "m"})[4] == ""


def test_what_is_measured_is_what_was_done_in_the_time():
    calls, waits = [], []
    rate = _gpu.per_second(lambda: calls.append(1), lambda: waits.append(1), seconds=0.02, warm_up=5)
    assert (len(calls) - 5) / rate == pytest.approx(0.02, rel=0.9, abs=0.05)
    assert len(waits) < len(calls)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.accelerator.is_available(), reason="needs a GPU")
def test_a_gpu_reaches_no_more_than_its_peak(model):
    device = torch.accelerator.current_accelerator()
    for row in _gpu.on_torch(model, device, "bf16", frames={"small": (256, 256)}, seconds=0.1):
        assert row["share_of_peak"] < 1
        assert row["frames_per_second"] >= row["frames_per_second_with_transfer"]
