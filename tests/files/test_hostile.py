"""Hostile files give a picture or an error of ours, in one process with little memory, and leave nothing behind."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from relume import files
from relume.errors import RelumeError

_BATCH = """
import resource, sys, time
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
from relume import files
from relume.errors import RelumeError
for path in sorted(Path(sys.argv[1]).iterdir()):
    start = time.perf_counter()
    for source in (path, path.read_bytes()):
        try:
            words = f"picture {files.open(source).pixels.shape}"
        except RelumeError as error:
            words = f"{type(error).__name__}: {error}"
            assert "\\n" not in words, words
    assert time.perf_counter() - start < 20, path
    print(path.name, words, flush=True)
# Not ru_maxrss: that starts with the peak of the process that started this one.
status = Path("/proc/self/status")
peak = int(status.read_text().split("VmHWM:")[1].split()[0]) if status.exists() else 0
assert peak < 2_000_000, peak
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("hostile")
    temporary = tmp_path_factory.mktemp("temporary")
    maker = Path(__file__).with_name("make_hostile.py")
    subprocess.run([sys.executable, str(maker), str(folder), "--small"], check=True, capture_output=True)
    before = set(folder.iterdir())
    done = subprocess.run(
        [sys.executable, "-c", _BATCH, str(folder)],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"TMPDIR": str(temporary)},
    )
    assert done.returncode == 0, done.stdout[-500:] + done.stderr
    assert done.stderr == ""
    assert set(folder.iterdir()) == before
    assert list(temporary.iterdir()) == []
    return dict(line.split(" ", 1) for line in done.stdout.splitlines())


def test_legal_edge_cases_are_read(outcomes: dict[str, str]) -> None:
    legal = [name for name in outcomes if name.startswith(("ok_", "privacy_", "jpeg_orientation", "jpeg_cmyk"))]
    assert len(legal) >= 17
    assert [name for name in legal if not outcomes[name].startswith("picture")] == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("png_bomb_gray8_30000x30000_900MP.png", r"TooLargeError: A picture may have 500,000,000 pixels"),
        ("png_1x30000000_tall.png", "TooLargeError: A side may have 65,535 pixels"),
        ("png_iccp_bomb_256MB.png", "TooLargeError: Metadata may have 64,000,000 bytes"),
        ("png_rgb8_13300x13300_177MP_below_pillow_error.png", "Read it in strips with relume.files.reader"),
        ("tiff_deflate_bomb_40000x40000_1600MP.tif", "TooLargeError: A picture may have"),
        ("bmp_dims_2147483647.bmp", "TooLargeError: A side may have"),
        ("jpeg_truncated_half.jpg", "UnreadableFileError: The JPEG is cut short"),
        ("svg_xxe_file.svg", "UnreadableFileError: This is an XML or SVG document"),
        ("pdf_named.jpg", "UnreadableFileError: This is a PDF document"),
        ("gzip_bomb_100MB.png", "UnreadableFileError: This is a gzip archive, not a picture that is read. Unpack it"),
        ("empty.png", r"the file is empty \(0 bytes\)"),
        ("text.png", "This is no picture that relume can read: no format is known that begins with the bytes 68 65 6c"),
    ],
)
def test_the_message_says_why(outcomes: dict[str, str], name: str, words: str) -> None:
    import re

    assert re.search(words, outcomes[name])


def _seeds() -> dict[str, bytes]:
    image = files.open(_png())
    return {name: files.encode(image, name) for name in ("png", "jpeg", "tiff", "webp", "bmp", "npy")}


def _png() -> bytes:
    from relume.image import Image

    return files.encode(
        Image.from_array(np.arange(20 * 30 * 3, dtype=np.uint16).reshape(20, 30, 3).astype(np.uint8)), "png"
    )


@pytest.mark.parametrize("name", ["png", "jpeg", "tiff", "webp", "bmp", "npy"])
def test_damaged_files_give_a_picture_or_an_error_of_ours(name: str) -> None:
    rng = np.random.default_rng(11)
    whole = _seeds()[name]
    for _ in range(60):
        data = bytearray(whole)
        for place in rng.integers(0, min(len(data), 400), 3):
            data[place] = rng.integers(256)
        data = data[: rng.integers(1, len(data) + 1)] if rng.random() < 0.5 else data
        try:
            image = files.open(bytes(data), limits=files.Limits(bytes=100_000_000))
        except (RelumeError, MemoryError):
            continue
        assert image.pixels.ndim == 3
