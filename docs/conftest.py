"""The pages of this folder are tests: their Python and their commands run, top to bottom, in a folder of their own.

Each page finds the pictures that `_pictures` makes. Of ```sh blocks every line runs, and must succeed; trainings are
cut to two steps. What cannot run here (another machine, a network) or takes minutes stands in
```text. Pages on training are marked slow.
"""

import os
import re
import shlex
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import cv2
import numpy as np
import pytest
from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

HERE = Path(__file__).parent
STEPS = "2"


@cache
def _pictures() -> Path:
    """photos, test: clean. noisy: nobody has them clean. cells, ct: other domains. pairs: of one scene. old: JPEGs."""
    root = Path(mkdtemp(prefix="relume-docs-"))
    for folder, count in (("data/photos", 18), ("test", 3), ("data/cells", 10)):
        for number in range(count):
            _write(
                root / folder / f"{number:02}.png",
                _picture(sum(map(ord, folder)) + number, grey=folder == "data/cells"),
            )
    rng = np.random.default_rng(1)
    for number in range(6):
        noisy = _picture(100 + number) + rng.normal(0, 20, (168, 176, 3))
        _write(root / "data/noisy" / f"{number}.png", noisy)
        _write(root / "old" / f"{number}.jpg", _picture(200 + number))
    for number in range(3):
        clean = _picture(300 + number)
        _write(root / "pairs/clean" / f"{number}.png", clean)
        _write(root / "pairs/noisy" / f"{number}.png", clean + rng.normal(0, 20, clean.shape))
    for number in range(4):
        _write_slice(root / "data/ct" / f"{number}.dcm", number)
    return root


def _picture(seed: int, *, grey: bool = False) -> np.ndarray:
    """Smooth colours with bars and discs on them."""
    rng = np.random.default_rng(seed)
    soft = cv2.resize(rng.uniform(40, 220, (6, 7, 3)), (176, 168), interpolation=cv2.INTER_CUBIC)
    canvas = np.ascontiguousarray(soft)
    for _ in range(12):
        colour, size = rng.uniform(0, 255, 3).tolist(), int(rng.integers(4, 20))
        x, y = int(rng.integers(176)), int(rng.integers(168))
        cv2.circle(canvas, (x, y), size, colour, -1)
        cv2.rectangle(canvas, (y, x), (y + size, x + 2 * size), colour, -1)
    return canvas[..., :1] if grey else canvas


def _write(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    options = [cv2.IMWRITE_JPEG_QUALITY, 20] if path.suffix == ".jpg" else []
    cv2.imwrite(str(path), pixels.clip(0, 255).astype(np.uint8), options)


def _write_slice(path: Path, seed: int) -> None:
    """A CT slice: air, and a body of water with bones."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

    rng = np.random.default_rng(seed)
    hounsfield = np.full((136, 144), -1000.0)
    cv2.circle(hounsfield, (72, 68), 60, 40.0, -1)
    for _ in range(5):
        cv2.circle(hounsfield, tuple(map(int, rng.integers(40, 100, 2))), int(rng.integers(2, 10)), 700.0, -1)
    data = Dataset()
    data.Modality, data.PatientName, data.WindowCenter, data.WindowWidth = "CT", "Phantom", 40, 400
    data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, generate_uid(entropy_srcs=[str(seed)])
    data.Rows, data.Columns, data.SamplesPerPixel, data.PixelSpacing = 136, 144, 1, [0.7, 0.7]
    data.PhotometricInterpretation, data.PixelRepresentation = "MONOCHROME2", 0
    data.BitsAllocated, data.BitsStored, data.HighBit = 16, 12, 11
    data.RescaleSlope, data.RescaleIntercept = 1, -1024
    data.PixelData = np.rint(hounsfield + 1024 + rng.normal(0, 60, hounsfield.shape)).astype("<u2").tobytes()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID, data.file_meta.MediaStorageSOPInstanceUID = (
        data.SOPClassUID,
        data.SOPInstanceUID,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    data.save_as(path, enforce_file_format=True)


def _shell(example: Example) -> None:
    """Each command of a block; those of relume in this process, which has loaded all that they need."""
    for line in example.parsed.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words[:1] == ["relume"]:
            _relume(_shortened(words[1:]))
        elif words:
            subprocess.run(line, shell=True, check=True)


def _relume(words: list[str]) -> None:
    from relume.cli import run

    code = run(words)
    assert code == 0, f"relume {shlex.join(words)} ended with {code}"


def _shortened(words: list[str]) -> list[str]:
    """A training of two steps; of a narrow net where the weights do not come from elsewhere."""
    if words[0] != "train":
        return words
    text = re.sub(r"--(steps|minutes) \S+", "", shlex.join(words))
    if "--init" not in text and "--resume" not in text:
        text += " --set options.width=16"
    return [*shlex.split(text), "--steps", STEPS, "--device", "cpu"]


def _enter(namespace: dict[str, Any]) -> None:
    folder = Path(mkdtemp(prefix="relume-page-"))
    shutil.copytree(_pictures(), folder, dirs_exist_ok=True)
    namespace["here"], namespace["made"] = Path.cwd(), folder
    os.chdir(folder)


def _leave(namespace: dict[str, Any]) -> None:
    os.chdir(namespace["here"])
    shutil.rmtree(namespace["made"])  # and never whatever the working directory happens to be


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of a page, since its later parts need the earlier ones."""
    for item in items:
        if item.path.parent == HERE / "how-to" or item.path == HERE / "tutorial.md":
            item.add_marker("slow")


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), CodeBlockParser(language="sh", evaluator=_shell)],
    patterns=["*.md"],
    setup=_enter,
    teardown=_leave,
).pytest()
