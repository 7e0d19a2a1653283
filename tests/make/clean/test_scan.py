import threading

import numpy as np
import PIL.Image
import pytest

from relume import files
from relume.errors import BadInputError, MissingExtraError
from relume.make.clean import scan
from relume.make.clean.scan import Scan, Thumbs, pictures


def test_pictures_of_all_folders_come_in_order_without_hidden_ones_and_what_is_none(tmp_path, leaves_, write_):
    for name in ("b.png", "a/z.jpg", ".hidden.png", ".cache/x.png", "skip/y.png"):
        write_(tmp_path / name, leaves_(0))
    (tmp_path / "notes.txt").write_text("no picture")
    found = pictures(tmp_path, leave_out=tmp_path / "skip")
    assert [path.relative_to(tmp_path).as_posix() for path in found] == ["b.png", "a/z.jpg"]


def test_a_folder_without_pictures_and_no_folder_are_refused(tmp_path):
    with pytest.raises(BadInputError, match=r"Pictures were expected in .*, but there are none"):
        pictures(tmp_path)
    with pytest.raises(BadInputError, match=r"A folder of pictures was expected, but .*x is none"):
        pictures(tmp_path / "x")


def test_looks_come_in_order_with_size_digest_and_print(tmp_path, leaves_, write_):
    for place in range(7):
        write_(tmp_path / f"{place}.png", leaves_(place % 2))
    looks = list(Scan(threads=3).looks(pictures(tmp_path), tmp_path))
    assert [look.inside for look in looks] == [f"{place}.png" for place in range(7)]
    assert {(look.height, look.width) for look in looks} == {(128, 176)}
    assert len({look.digest for look in looks}) == 2
    assert all(look.print is not None for look in looks)


def test_broken_files_are_findings_and_stop_nothing(tmp_path, leaves_, write_):
    whole = write_(tmp_path / "whole.jpg", leaves_(0)).read_bytes()
    (tmp_path / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "text.png").write_text("this was never a picture")
    np.save(tmp_path / "nan.npy", np.full((20, 20), np.nan, np.float32))
    looks = {look.inside: look for look in Scan(threads=2).looks(pictures(tmp_path), tmp_path)}
    broken = {name for name, look in looks.items() if [one.kind for one in look.findings] == ["broken"]}
    assert broken == {"cut.jpg", "empty.png", "text.png", "nan.npy"}
    assert "cut short" in looks["cut.jpg"].findings[0].reason
    assert "NaN" in looks["nan.npy"].findings[0].reason


def test_a_picture_beyond_the_limits_is_broken_before_it_is_decoded(tmp_path):
    PIL.Image.new("1", (3000, 3000)).save(tmp_path / "bomb.png")
    (look,) = Scan(limits=files.Limits(pixels=1_000_000)).looks(pictures(tmp_path), tmp_path)
    assert [one.kind for one in look.findings] == ["broken"]
    assert "A picture may have 1,000,000 pixels" in look.findings[0].reason


def test_a_file_that_is_not_to_blame_is_not_called_broken(tmp_path, leaves_, write_, monkeypatch):
    def lacking(*_, **__):
        raise MissingExtraError("This needs pydicom.")

    write_(tmp_path / "a.png", leaves_(0))
    monkeypatch.setattr(files, "reader", lacking)
    (look,) = Scan().looks(pictures(tmp_path), tmp_path)
    assert (look.findings, look.unread) == ((), "This needs pydicom.")


def test_no_more_pictures_are_in_memory_than_threads_and_of_large_ones_one(tmp_path, leaves_, write_, monkeypatch):
    for place in range(8):
        write_(tmp_path / f"{place}.png", leaves_(0))
    most, now, lock = 0, 0, threading.Lock()
    pause = threading.Event()

    def fault(view):
        nonlocal most, now
        with lock:
            now += 1
            most = max(most, now)
        pause.wait(0.02)
        with lock:
            now -= 1

    list(Scan(faults=[fault], threads=3).looks(pictures(tmp_path), tmp_path))
    assert 1 < most <= 3
    most = 0
    monkeypatch.setattr(scan, "_LARGE", 1000)
    list(Scan(faults=[fault], threads=3).looks(pictures(tmp_path), tmp_path))
    assert most == 1


def test_thumbnails_come_back_as_they_were():
    given = np.random.default_rng(0).integers(0, 256, (5, 64, 64)).astype(np.uint8)
    with Thumbs() as thumbs:
        places = [thumbs.add(one) for one in given]
        assert all((thumbs[place] == given[place]).all() for place in reversed(places))
