"""Where a run came from: commit, data, machine, versions."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from relume.make.data import AbstractData, Window

PACKAGES = ("torch", "lightning", "numpy")


def provenance(corpus: AbstractData, held_out: AbstractData, *, window: Window) -> dict[str, Any]:
    """What a run's results depend on beside its recipe; broken pictures that were left out are named."""
    return {
        "commit": _commit(),
        "data_sha256": corpus.digest(),
        "pictures": len(corpus.names),
        "held_out": list(held_out.names),
        "skipped": [{"name": one.name, "reason": one.reason} for one in corpus.skipped],
        "hounsfield": [window.low, window.high],
        "python": platform.python_version(),
        "machine": platform.machine(),
        "packages": {name: version(name) for name in PACKAGES},
        "environment": environment(),
    }


def environment() -> dict[str, Any]:
    """The machine, as far as figures and their last bits depend on it."""
    told = {
        "platform": platform.platform(),
        "processor": torch.backends.cpu.get_cpu_capability(),
        "cpus": os.cpu_count(),
        "threads": torch.get_num_threads(),
    }
    if torch.cuda.is_available():
        told |= {
            "gpus": [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())],
            "cuda": torch.version.cuda,
            "cudnn": torch.backends.cudnn.version(),
        }
    return told


def _commit() -> str | None:
    """The commit of the source tree, with a plus when it was changed; None outside a checkout."""
    try:
        head = _git("rev-parse", "HEAD")
        changed = _git("status", "--porcelain", "--", ".")
    except (OSError, subprocess.CalledProcessError):
        return None
    return head + ("+" if changed else "")


def _git(*arguments: str) -> str:
    run = subprocess.run(  # noqa: S603  (our own words only)
        ["git", *arguments],  # noqa: S607  (whichever git the user has)
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.strip()
