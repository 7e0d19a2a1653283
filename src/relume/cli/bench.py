"""relume bench: how fast models are on this machine."""

import time
from typing import Annotated, Any

import typer

from relume.cli import _options as o
from relume.cli._say import tell

__all__ = ["bench"]

PANEL = "Models"
EXAMPLES = ("relume bench", "relume bench --model balanced --model nlm --size 2048 --threads 2 --json")


def bench(
    *,
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            "-m",
            metavar="NAME",
            show_default=False,
            help="May be repeated; the task's default and its baseline when not given.",
        ),
    ] = None,
    task: Annotated[str, typer.Option(help="denoise, enhance or upscale.")] = "denoise",
    size: Annotated[int, typer.Option(min=32, help="Side of the square colour picture, in pixels.")] = 1024,
    runs: Annotated[int, typer.Option(min=1, help="Measured runs after one that warms up; the fastest counts.")] = 3,
    device: o.Device = "auto",
    precision: o.Precision = "auto",
    threads: o.Threads = None,
    json: o.Json = False,
) -> int:
    """Measure speed and memory of models on a picture of noise; an unhurried machine gives honest numbers."""
    from relume.tasks import TASKS

    names = model or list(dict.fromkeys((TASKS[task].default, TASKS[task].baseline)))
    settings = {"device": device, "precision": precision, "threads": threads}
    if not json:
        print(f"{'model':16}{'MP/s':>8}{'s/picture':>11}{'first, s':>10}{'peak MB':>9}")
    for name in names:
        row = _measure(task, name, size, runs, settings)
        if json:
            tell(row)
        else:
            print(f"{name:16}{row['megapixels_per_second']:>8.2f}{row['seconds']:>11.3f}", end="")
            peak = row["peak_megabytes"]
            print(f"{row['first_seconds']:>10.3f}{'?' if peak is None else round(peak):>9}")
    return 0


def _measure(task: str, model: str, size: int, runs: int, settings: dict[str, Any]) -> dict[str, Any]:
    import numpy as np

    from relume import Engine

    pixels = np.random.default_rng(0).random((size, size, 3), np.float32)
    options: dict[str, Any] = {"noise_type": "gaussian", "sigma": 25 / 255} if task == "denoise" else {}
    with Engine(task, model=model, **settings) as engine:
        times: list[float] = []
        for _ in range(runs + 1):
            began = time.perf_counter()
            list(engine.process([pixels], **options))
            times.append(time.perf_counter() - began)
    best = min(times[1:])
    return {
        "model": model,
        "task": task,
        "size": size,
        **settings,
        "seconds": best,
        "first_seconds": times[0],
        "megapixels_per_second": size * size / 1e6 / best,
        "peak_megabytes": _peak_megabytes(),
    }


def _peak_megabytes() -> float | None:
    """The most memory this process has had; of the models so far, so name the largest last. None where nobody knows."""
    import sys

    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6  # Linux counts kilobytes
