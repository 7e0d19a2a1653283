import zipfile

import pytest
from tests.make.data.made import noise, write

from relume.errors import BadInputError
from relume.make.data.listing import listed


def names(path, **options):
    return [picture.name for picture in listed(path, **options)]


def pack(path, members):
    with zipfile.ZipFile(path, "w") as packed:
        for name in members:
            packed.writestr(name, b"x")


def test_pictures_come_in_the_order_of_names_and_others_are_left_out(tmp_path):
    for name in ("b.png", "a.png", "deep/c.png"):
        write(tmp_path / "set" / name, noise(0, 3, 2, 2))
    (tmp_path / "set" / "notes.txt").write_text("no picture")
    assert names(tmp_path / "set") == ["set/a.png", "set/b.png"]
    assert names(tmp_path / "set", nested=True) == ["set/a.png", "set/b.png", "set/deep/c.png"]
    first, *_ = listed(tmp_path / "set")
    assert (first.fetch(), first.place) == (tmp_path / "set" / "a.png", str(tmp_path / "set" / "a.png"))
    assert str(listed(tmp_path / "set", nested=True)[2].path) == "deep/c.png"


@pytest.mark.parametrize("top", ["", "set/"])
def test_an_archive_stands_for_a_folder_and_names_stay_the_same(tmp_path, top):
    pack(tmp_path / "set.zip", [f"{top}{name}" for name in ("b.png", "a.png", "deep/c.png")])
    for path in (tmp_path / "set", tmp_path / "set.zip"):
        assert names(path) == ["set/a.png", "set/b.png"]
        assert names(path, nested=True) == ["set/a.png", "set/b.png", "set/deep/c.png"]


def test_a_folder_may_hold_archives(tmp_path):
    write(tmp_path / "set" / "z.png", noise(0, 3, 2, 2))
    pack(tmp_path / "set" / "000.zip", ["b.png", "a.png"])
    assert names(tmp_path / "set") == ["set/000.zip/a.png", "set/000.zip/b.png", "set/z.png"]


def test_a_missing_or_empty_folder_is_refused_with_the_way_out(tmp_path):
    with pytest.raises(BadInputError, match=r"missing is no folder, and no .zip or .tar .* Give the directory"):
        listed(tmp_path / "missing")
    write(tmp_path / "deep" / "a.png", noise(0, 3, 2, 2))
    with pytest.raises(BadInputError, match=r"No picture in .*. Give folders that hold pictures. .* nested=true"):
        listed(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInputError, match=r"No picture in .*empty. Give folders that hold pictures.$"):
        listed(tmp_path / "empty", nested=True)
