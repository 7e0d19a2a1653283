"""A process that restores one picture whenever it is told to, and says how long that took.

The first line on stdin is a JSON object (task, model, scale, device, precision, runtime, threads, size); each line
after it asks for one more run. Each answer on stdout is a JSON object, a line each. The process does nothing else, so
that the most memory it ever had is what restoring that picture takes.
"""

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

SIGMA, QUALITY = 25 / 255, 30  # told, so that nothing but restoring is measured


def main() -> None:
    """Serve stdin until it ends."""
    said = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a runtime prints is no answer
    serve(sys.stdin, lambda line: print(line, file=said, flush=True))


def serve(asked: Iterator[str], say: Callable[[str], None]) -> None:
    """Answer every line that is asked; an error that relume raises is the last answer."""
    from relume.errors import RelumeError

    try:
        for answer in answers(json.loads(next(asked)), asked):
            say(json.dumps(answer))
    except RelumeError as error:
        say(json.dumps({"error": str(error)}))


def answers(settings: dict[str, Any], turns: Iterable[str]) -> Iterator[dict[str, Any]]:
    """One answer when the model is loaded and has run once, and one for each of `turns`."""
    import numpy as np

    from relume import Engine

    size: int = settings.pop("size")
    if settings["runtime"] == "torch":
        _limit_torch(settings["threads"])
    with Engine(**settings) as engine:
        channels = 1 if engine.manifest.channels == 1 else 3
        picture = np.random.default_rng(0).random((size, size, channels), np.float32)
        wish = {"denoise": {"noise_type": "gaussian", "sigma": SIGMA}, "dejpeg": {"jpeg_quality": QUALITY}}
        options: dict[str, Any] = wish.get(settings["task"], {})
        yield _run(engine, picture, options)
        for _ in turns:
            yield _run(engine, picture, options)


def _run(engine: Any, picture: Any, options: dict[str, Any]) -> dict[str, Any]:
    began = time.perf_counter()
    list(engine.process([picture], **options))
    return {"seconds": time.perf_counter() - began, "peak_bytes": peak_bytes()}


def _limit_torch(threads: int | None) -> None:
    """Torch's threads are the process's own, and no session's."""
    import importlib.util

    if threads is not None and importlib.util.find_spec("torch"):
        import torch

        torch.set_num_threads(threads)


def peak_bytes() -> int | None:
    """The most memory that this process has had; None where nobody knows."""
    status = Path("/proc/self/status")
    if status.exists():
        # `getrusage` would count what the parent had when it started this process.
        found = re.search(r"^VmHWM:\s+(\d+) kB", status.read_text(), re.MULTILINE)
        return int(found[1]) * 1024 if found else None
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return None


if __name__ == "__main__":
    main()
