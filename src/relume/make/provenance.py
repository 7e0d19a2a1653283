"""Where a run came from: commit, data, machine, versions."""

import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

from relume.make.corpus import Corpus

PACKAGES = ("torch", "lightning", "numpy", "kornia")


def provenance(corpus: Corpus, held_out: Corpus) -> dict[str, Any]:
    """What a run's results depend on beside its recipe."""
    return {
        "commit": _commit(),
        "data_sha256": corpus.digest(),
        "pictures": len(corpus.pictures),
        "held_out": list(held_out.names),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def _commit() -> str | None:
    """The commit of the source tree, with a plus when it was changed; None outside a checkout."""
    here = Path(__file__).parent
    try:
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=here, capture_output=True, text=True, check=True)
        dirty = subprocess.run(["git", "status", "--porcelain", "--", "."], cwd=here, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return head.stdout.strip() + ("+" if dirty.stdout.strip() else "")
