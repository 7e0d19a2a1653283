import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from relume.cli import run
from relume.image import Image


@dataclass
class Said:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def relume_(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """The command line in this process."""
    monkeypatch.delenv("RELUME_TRACEBACK", raising=False)

    def call(*arguments: object) -> Said:
        capfd.readouterr()
        code = run([str(argument) for argument in arguments])
        return Said(code, *capfd.readouterr())

    return call


@pytest.fixture
def shell() -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """The command line in a process of its own, for streams and signals."""

    def call(*arguments: object, **options: Any) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "relume", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, check=False, env=os.environ | {"COLUMNS": "100"}, **options)

    return call


@pytest.fixture
def picture() -> Callable[..., Path]:
    """Writes a small noisy picture."""

    def write(path: Path, *, seed: int = 0, dtype: type = np.uint8, shape: tuple[int, ...] = (24, 32, 3)) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(seed).integers(0, np.iinfo(dtype).max, shape, dtype)
        Image.from_array(pixels).save(path)
        return path

    return write
