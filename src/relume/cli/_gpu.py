"""The part of `relume bench` for GPUs: frames per second, and the share of what a large matrix product reaches."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from relume.errors import RelumeError

FRAMES = {"1080p": (1080, 1920), "4K": (2160, 3840)}
PRECISIONS = ("fp32", "bf16", "fp16")
SIDE = 8192  # of the matrices; large enough that their memory does not matter
SECONDS = 1.0  # of each measurement
LEVEL = 0.1  # of noise, or of JPEG quality: any that is told
HEAD = ("model", "frame", "runtime", "precision", "frames/s", "with transfer", "TFLOP/s", "share of peak", "GPU MB")


def missing(device: str) -> str:
    """Why there is nothing to measure, in a sentence; empty where there is a GPU."""
    if _torch_device(device) is not None or _onnx_has_cuda(device):
        return ""
    asked = "No GPU was found" if device == "auto" else f"There is no {device!r}"
    return f"{asked}: PyTorch sees none, or is not installed, and ONNX Runtime has no CUDA provider."


def measure(asked: str, label: str, manifest: Any, device: str) -> Iterator[dict[str, Any]]:
    """Rows for one model on the GPU that `device` means: every runtime that can use it, precision and frame."""
    from relume.run.store import Store

    model = Store().get(manifest.task, asked, scale=manifest.scale if manifest.task == "upscale" else None)
    if (found := _torch_device(device)) is not None:
        for precision in PRECISIONS:
            for row in on_torch(model, found, precision):
                yield {"model": label, **row}
    if _onnx_has_cuda(device):
        for row in on_onnx(model, "cuda" if device == "auto" else device):
            yield {"model": label, **row}


def on_torch(
    model: Any,
    device: Any,
    precision: str,
    *,
    frames: dict[str, tuple[int, int]] | None = None,
    side: int = SIDE,
    seconds: float = SECONDS,
) -> Iterator[dict[str, Any]]:
    """Rows of one precision: frames that lie on the device already, and frames from and to the main memory.

    fp32 has products in TF32 where the device has them, in the nets and in the matrix product.
    """
    with _fast_products():
        peak = product_flops(device, precision, side=side, seconds=seconds)
        session = model.open(device=str(device), precision=precision, runtime="torch")
        for frame, size in (frames or FRAMES).items():
            row = {"runtime": "torch", "device": _name(device), "precision": precision, "frame": frame}
            picture, told = _frame(model.manifest, size)
            try:
                placed = session.placed(picture, told)
                _forget_peak(device)
                inside = per_second(lambda: session.restored(placed), lambda: wait(device), seconds=seconds)  # noqa: B023
                whole = per_second(lambda: session.run(picture, told), lambda: wait(device), seconds=seconds)  # noqa: B023
            except RelumeError as error:
                yield {**row, "unavailable": str(error)}
                continue
            yield {**row, **_figures(model.manifest, size, inside, whole, peak), "gpu_megabytes": _peak(device)}


def on_onnx(
    model: Any, device: str, *, frames: dict[str, tuple[int, int]] | None = None, seconds: float = SECONDS
) -> Iterator[dict[str, Any]]:
    """Rows of each file of the model in ONNX Runtime; frames go from and to the main memory."""
    for precision in model.manifest.precisions:
        for frame, size in (frames or FRAMES).items():
            row = {"runtime": "onnx", "device": device, "precision": precision, "frame": frame}
            picture, told = _frame(model.manifest, size)
            try:
                session = model.open(device=device, precision=precision)
                whole = per_second(lambda: session.run(picture, told), lambda: None, seconds=seconds)  # noqa: B023
            except RelumeError as error:
                yield {**row, "unavailable": str(error)}
                continue
            yield {**row, **_figures(model.manifest, size, None, whole, None), "gpu_megabytes": None}


def product_flops(device: Any, precision: str, *, side: int = SIDE, seconds: float = SECONDS) -> float:
    """Floating-point operations a second of a product of two square matrices, 2 side³ operations each."""
    import torch

    kind = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[precision]
    rng = torch.Generator().manual_seed(0)
    left, right = (torch.randn(side, side, generator=rng).to(device, kind) for _ in range(2))
    return 2 * side**3 * per_second(lambda: left @ right, lambda: wait(device), seconds=seconds)


def per_second(do: Callable[[], Any], finish: Callable[[], None], *, seconds: float, warm_up: int = 3) -> float:
    """How often `do` is done in a second, over at least so many seconds; `finish` waits for what is still going on."""
    for _ in range(warm_up):
        do()
    finish()
    done, batch, began = 0, 1, time.perf_counter()
    while True:
        for _ in range(batch):
            do()
        finish()  # seldom: a GPU that is waited for after each run idles between them
        done += batch
        if (taken := time.perf_counter() - began) >= seconds:
            return done / taken
        batch *= 2


def cells(row: dict[str, Any]) -> list[str]:
    """A row for people."""
    forms = (
        ("frames_per_second", ".1f"),
        ("frames_per_second_with_transfer", ".1f"),
        ("teraflops", ".1f"),
        ("share_of_peak", ".0%"),
        ("gpu_megabytes", ".0f"),
    )
    figures = ["" if row[name] is None else format(row[name], form) for name, form in forms]
    return [row["model"], row["frame"], row["runtime"], row["precision"], *figures]


def _figures(
    manifest: Any, size: Sequence[int], inside: float | None, whole: float, peak: float | None
) -> dict[str, float | None]:
    """One multiplication with its addition is two operations; those of the frame itself count, not of its padding."""
    gmac, fastest = manifest.gmac_per_megapixel, inside or whole
    flops = None if gmac is None else 2e9 * gmac * size[0] * size[1] / 1e6 * fastest
    return {
        "frames_per_second": inside,
        "frames_per_second_with_transfer": whole,
        "teraflops": None if flops is None else flops / 1e12,
        "peak_teraflops": None if peak is None else peak / 1e12,
        "share_of_peak": None if flops is None or peak is None else flops / peak,
    }


def _frame(manifest: Any, size: Sequence[int]) -> tuple[Any, dict[str, Any]]:
    """A frame of noise, its sides rounded up to what the model takes, and what the model is told."""
    import numpy as np

    grid = manifest.multiple_of
    height, width = (-(-side // grid) * grid for side in size)
    picture = np.random.default_rng(0).random((1, height, width, manifest.channels or 3), np.float32)
    told = {manifest.told: np.full((1, height, width, 1), LEVEL, np.float32)} if manifest.told else {}
    return picture, told


def wait(device: Any) -> None:
    """Until the device has done all that it was given."""
    import torch

    if device.type != "cpu":
        torch.accelerator.synchronize(device)


def _torch_device(device: str) -> Any:
    """The GPU that is meant, as PyTorch has it, or None."""
    import importlib.util

    if importlib.util.find_spec("torch") is None:
        return None
    import torch

    if not torch.accelerator.is_available():
        return None
    found = torch.accelerator.current_accelerator()
    return found if found is None or device == "auto" else _same_kind(found, device)


def _same_kind(found: Any, device: str) -> Any:
    import torch

    return torch.device(device) if device.partition(":")[0] == found.type else None


def _onnx_has_cuda(device: str) -> bool:
    import onnxruntime

    return (
        device.partition(":")[0] in ("auto", "cuda")
        and "CUDAExecutionProvider" in onnxruntime.get_available_providers()
    )


def _name(device: Any) -> str:
    import torch

    return torch.cuda.get_device_name(device) if device.type == "cuda" else str(device)


def _forget_peak(device: Any) -> None:
    import torch

    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)


def _peak(device: Any) -> float | None:
    import torch

    return torch.cuda.max_memory_allocated(device) / 1e6 if device.type == "cuda" else None


@contextmanager
def _fast_products() -> Generator[None]:
    """TF32 for matrix products, as convolutions have it, and the fastest way to convolve; as it was afterwards."""
    import torch

    before, tuned = torch.get_float32_matmul_precision(), torch.backends.cudnn.benchmark
    torch.set_float32_matmul_precision("high")
    torch.backends.cudnn.benchmark = True
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)
        torch.backends.cudnn.benchmark = tuned
