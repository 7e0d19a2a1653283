"""The README's Python runs as a test, in an empty folder with the files that it names."""

import os
import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser


def _enter(namespace: dict[str, Any]) -> None:
    import relume

    folder = Path(mkdtemp(prefix="relume-readme-"))
    noisy = np.random.default_rng(0).normal(32_768, 3_000, (48, 64, 3)).clip(0, 65_535)
    relume.Image.from_array(noisy.astype(np.uint16)).save(folder / "old.tif")
    for name in ("a.png", "b.png"):
        relume.Image.from_array((noisy / 257).astype(np.uint8)).save(folder / name)
    namespace["here"], namespace["made"] = Path.cwd(), folder
    os.chdir(folder)


def _leave(namespace: dict[str, Any]) -> None:
    os.chdir(namespace["here"])
    shutil.rmtree(namespace["made"])  # and never whatever the working directory happens to be


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser()], patterns=["README.md"], setup=_enter, teardown=_leave
).pytest()
