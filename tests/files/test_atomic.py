"""A file appears as a whole or not at all, and nothing is left behind."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from relume import files
from relume.errors import RelumeError, ShapeMismatchError, WriteError
from relume.files import _atomic, _spool
from relume.image import Image, Kept

IMAGE = Image.from_array(np.zeros((8, 8, 3), np.uint8))
SHAPE = {"kept": Kept(depth="uint8"), "height": 8, "width": 8, "channels": 3}


@pytest.mark.parametrize("threshold", [1, 10**9])
def test_an_exception_leaves_nothing(tmp_path: Path, monkeypatch, threshold: int) -> None:
    monkeypatch.setattr(_spool, "MEMORY_BYTES", threshold)
    with pytest.raises(KeyError), files.writer(tmp_path / "x.png", **SHAPE) as out:
        out.write(np.zeros((4, 8, 3), np.float32))
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_too_few_and_too_many_rows_are_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(ShapeMismatchError, match="8 rows were promised, but 4 came; nothing was written"),
        files.writer(tmp_path / "x.png", **SHAPE) as out,
    ):
        out.write(np.zeros((4, 8, 3), np.float32))
    with (
        pytest.raises(ShapeMismatchError, match=r"expected, 8 at most; 9 of \(8, 3, False\) came"),
        files.writer(tmp_path / "x.png", **SHAPE) as out,
    ):
        out.write(np.zeros((9, 8, 3), np.float32))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", ["png", "jpg", "tif", "webp", "bmp", "npy", "avif"])
def test_a_full_disk_keeps_what_stood_there(tmp_path: Path, monkeypatch, ending: str) -> None:
    target = tmp_path / f"x.{ending}"
    target.write_bytes(b"before")
    real = os.fdopen

    monkeypatch.setattr(_atomic.os, "fdopen", lambda *args: _full(real(*args)))
    with pytest.raises(WriteError, match=rf"x.{ending} could not be written: No space left on device. Free some space"):
        files.save(IMAGE, target)
    assert target.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [target]


def _full(file):
    import io

    class Full(io.BufferedRandom):
        def write(self, data) -> int:
            raise OSError(28, "No space left on device")

    return Full(file.detach())


def test_unwritable_places_are_named(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match=r"no/x.png cannot be written: there is no folder .*no. Create it first"):
        files.save(IMAGE, tmp_path / "no" / "x.png")
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(WriteError, match=r"folder.png is a folder; a file name was expected"):
        files.save(IMAGE, tmp_path / "folder.png")


def test_overwriting_is_refused_where_it_is_not_wanted(tmp_path: Path) -> None:
    target = tmp_path / "x.png"
    files.save(IMAGE, target, overwrite=False)
    with pytest.raises(WriteError, match="x.png exists already and is not overwritten. Choose another name, or pass"):
        files.save(IMAGE, target, overwrite=False)
    other = tmp_path / "y.png"
    with (
        pytest.raises(WriteError, match="y.png exists already"),
        files.writer(other, overwrite=False, **SHAPE) as out,
    ):
        out.write(np.zeros((8, 8, 3), np.float32))
        other.write_bytes(b"somebody was faster")
    assert other.read_bytes() == b"somebody was faster"


def test_permissions_stay_and_links_are_replaced(tmp_path: Path) -> None:
    target, other = tmp_path / "x.png", tmp_path / "other.png"
    before = os.umask(0o027)
    try:
        files.save(IMAGE, target)
    finally:
        os.umask(before)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    target.chmod(0o604)
    files.save(IMAGE, target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o604
    other.write_bytes(b"not mine")
    target.unlink()
    target.symlink_to(other)
    files.save(IMAGE, target)
    assert not target.is_symlink()
    assert other.read_bytes() == b"not mine"


def test_a_very_long_name_is_written(tmp_path: Path) -> None:
    target = tmp_path / ("ü" * 120 + ".png")
    files.save(IMAGE, target)
    assert target.exists()


def test_the_parts_of_dead_processes_are_cleaned_and_only_those(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    stale = tmp_path / f".a.png.{dead.pid}-0123abcd.relume-part"
    mine_of_an_earlier_life = tmp_path / f".b.png.{os.getpid()}-0123abcd.relume-part"
    living = tmp_path / f".c.png.{os.getppid()}-0123abcd.relume-part"
    foreign = tmp_path / ".d.relume-part"
    for path in (stale, mine_of_an_earlier_life, living, foreign):
        path.touch()
    with _atomic.written(tmp_path / "e.png", overwrite=True) as out:
        assert sorted(files.clean_parts(tmp_path)) == [stale, mine_of_an_earlier_life]
        out.write(b"whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([living.name, foreign.name, "e.png"])


def test_kill_9_leaves_no_half_file(tmp_path: Path) -> None:
    code = f"""
import os, signal, numpy as np
from relume import files
from relume.files import _raster_write
from relume.image import Image
real = _raster_write._tiff.graft
def graft(*args):
    os.kill(os.getpid(), signal.SIGKILL)
_raster_write._tiff.graft = graft
files.save(Image.from_array(np.zeros((99, 99), np.uint8)), {str(tmp_path / "x.tif")!r})
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    (part,) = tmp_path.iterdir()
    assert part.name.startswith(".x.tif.")
    assert files.clean_parts(tmp_path) == [part]


def test_missing_and_odd_sources_are_named(tmp_path: Path) -> None:
    with pytest.raises(RelumeError, match=r"There is no file .*none.png. Check the path"):
        files.open(tmp_path / "none.png")
    with pytest.raises(RelumeError, match="is a folder. Give the path of a file"):
        files.open(tmp_path)
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(RelumeError, match="is not a regular file"):
        files.open(tmp_path / "pipe.png")
