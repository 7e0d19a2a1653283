"""INT8 beside fp32: speed in the same run, size, and what is lost on CBSD68.

    python benchmarks/quantized.py [--data DATA]         # DATA/test/CBSD68 for the quality

Every shipped model that has an INT8 file, on the same tile in turns; the fastest round of each counts. Speeds are
compared with ONNX Runtime in fp32; the size with the fp32 model at full precision (the fp32 file stores halves).
"""

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from relume.make._qdq import unpacked
from relume.make.evaluate import evaluate
from relume.run.store import Model, Store

SKIPPED = 77
FLOORS = {"onnx": 2.0, "openvino": 3.0}
LARGEST, LOST = 0.3, 0.1  # share of the size; dB on CBSD68 at sigma 25


def main() -> int:
    """0 when every model keeps to the floors."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=12)
    options = parser.parse_args()
    models = [model for model in Store().models() if "int8" in model.manifest.precisions]
    if not models:
        print("No model has an INT8 file. Make one: relume quantize balanced --data DATA/train")
        return SKIPPED
    print(f"load of the machine before the start: {os.getloadavg()[0]:.2f}; {options.threads} threads\n")
    print("| model | fp32 MP/s | INT8 ONNX Runtime | INT8 OpenVINO | size | dB lost |")
    print("|---|---|---|---|---|---|")
    kept = [report(model, options) for model in models]
    return 0 if all(kept) else 1


def report(model: Model, options: argparse.Namespace) -> bool:
    """Prints one model's row; True when it keeps to every floor that could be measured."""
    manifest = model.manifest
    seconds, megapixels = speeds(model, threads=options.threads, rounds=options.rounds)
    ratios = {runtime: seconds["fp32"] / taken for runtime, taken in seconds.items() if runtime != "fp32"}
    assert model.folder is not None
    full = unpacked(onnx.load(model.folder / manifest.precisions["fp32"].file)).ByteSize()
    size = (model.folder / manifest.precisions["int8"].file).stat().st_size / full
    lost = quality(model, options)
    cells = [f"{ratios[name]:.2f} ×" if name in ratios else "not installed" for name in FLOORS]
    shown = "not measured" if lost is None else f"{lost:.3f}"
    speed = megapixels / seconds["fp32"]
    print(f"| {manifest.task} {manifest.name} | {speed:.2f} | {' | '.join(cells)} | {size:.3f} | {shown} |", flush=True)
    fast = all(ratio >= FLOORS[runtime] for runtime, ratio in ratios.items())
    return fast and size <= LARGEST and (lost is None or lost <= LOST)


def speeds(model: Model, *, threads: int, rounds: int) -> tuple[dict[str, float], float]:
    """Seconds of each way for one tile, in turns, and the tile's megapixels."""
    manifest = model.manifest
    side = manifest.tile // manifest.multiple_of * manifest.multiple_of
    picture = np.random.default_rng(0).random((1, side, side, manifest.channels), np.float32)
    told = {manifest.told: np.full((1, side, side, 1), 0.1, np.float32)} if manifest.told else {}
    ways: dict[str, Any] = {}
    for name, precision, runtime in (
        ("fp32", "fp32", "onnx"),
        ("onnx", "int8", "onnx"),
        ("openvino", "int8", "openvino"),
    ):
        try:
            ways[name] = model.open(device="cpu", precision=precision, runtime=runtime, threads=threads)
        except ImportError:
            continue  # an extra that is not installed
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, session in ways.items():
            began = time.perf_counter()
            session.run(picture, told)
            best[name] = min(best[name], time.perf_counter() - began)
    return best, side * side / 1e6


def quality(model: Model, options: argparse.Namespace) -> float | None:
    """DB that INT8 loses on CBSD68 at sigma 25; None without the set, and for other tasks."""
    folder = None if options.data is None else options.data / "test" / "CBSD68"
    if folder is None or not folder.is_dir() or model.manifest.task != "denoise":
        return None
    exact, rounded = (
        evaluate(
            model.manifest.name,
            data=folder,
            degradation="gaussian_noise:sigma=25/255",
            precision=precision,
            threads=options.threads,
        )
        for precision in ("fp32", "int8")
    )
    return exact.psnr - rounded.psnr


if __name__ == "__main__":
    sys.exit(main())
