import json

import cv2
import numpy as np
import pytest

from relume.errors import BadInputError
from relume.make.clean.audit import Wanted, audit

NO_FAULTS = Wanted(faults=(), threads=2)


def small(pixels):
    return cv2.resize(pixels, None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA)


@pytest.fixture
def folder(tmp_path, leaves_, write_):
    for seed in range(4):
        write_(tmp_path / "train" / f"{seed}.png", leaves_(seed))
    return tmp_path / "train"


def found(result):
    return {row.inside: [(one.kind, one.other) for one in row.findings] for row in result.found}


def test_good_pictures_have_rows_without_findings(folder):
    result = audit(folder, wanted=Wanted(threads=2))
    assert [row.inside for row in result.rows] == ["0.png", "1.png", "2.png", "3.png"]
    assert (result.found, result.counts(), result.notes) == ((), {}, ())


def test_of_copies_the_largest_without_faults_is_kept(folder, leaves_, write_):
    write_(folder / "a.jpg", small(leaves_(1)), quality=80)
    write_(folder / "b.jpg", leaves_(1)[:, ::-1], quality=90)
    result = audit(folder, wanted=NO_FAULTS)
    kept = str(folder / "1.png")
    assert found(result) == {"a.jpg": [("duplicate", kept)], "b.jpg": [("duplicate", kept)]}
    reasons = [row.findings[0].reason for row in result.found]
    assert "shows the same as 1.png, kept (141 x 102 against 176 x 128; correlation" in reasons[0]
    assert "mirrored" in reasons[1]

    def faulty(view):
        from relume.make.clean.finding import Finding

        return (
            Finding(kind="noisy", reason="") if view.image.height == 128 and view.image.kept.format == "png" else None
        )

    worse = audit(folder, wanted=Wanted(faults=[faulty], threads=1))
    assert ("duplicate", str(folder / "b.jpg")) in found(worse)["1.png"]


def test_equal_bytes_are_told_as_such_even_of_blank_pages(folder, write_):
    for name in ("x.png", "y.png"):
        write_(folder / name, np.ones((40, 40, 3), np.float32))
    (row,) = audit(folder, wanted=NO_FAULTS).found
    assert row.findings[0].reason in {f"byte for byte the same as {one}.png, kept" for one in "xy"}


def test_blank_pages_of_other_bytes_are_not_alike(folder, write_):
    write_(folder / "x.png", np.ones((40, 40, 3), np.float32))
    write_(folder / "y.png", np.ones((50, 40, 3), np.float32))
    assert found(audit(folder, wanted=NO_FAULTS)) == {}


def test_leaks_name_the_test_picture(folder, tmp_path, leaves_, write_):
    write_(tmp_path / "test" / "t.jpg", small(leaves_(2)), quality=85)
    write_(tmp_path / "test" / "u.png", leaves_(7))
    result = audit(folder, against=tmp_path / "test", wanted=NO_FAULTS)
    assert found(result) == {"2.png": [("leak", str(tmp_path / "test" / "t.jpg"))]}
    assert result.counts() == {"leak": 1}


def test_a_test_folder_inside_the_folder_is_not_cleaned_itself(folder, leaves_, write_):
    write_(folder / "test" / "t.png", leaves_(2))
    result = audit(folder, against=folder / "test", wanted=NO_FAULTS)
    assert found(result) == {"2.png": [("leak", str(folder / "test" / "t.png"))]}
    assert len(result.rows) == 4
    with pytest.raises(BadInputError, match="The test pictures lie in a folder of their own"):
        audit(folder, against=folder)


def test_test_pictures_that_cannot_be_read_are_told_of(folder, tmp_path, leaves_, write_):
    write_(tmp_path / "test" / "t.png", leaves_(8))
    (tmp_path / "test" / "bad.png").write_bytes(b"nothing")
    (note,) = audit(folder, against=tmp_path / "test", wanted=NO_FAULTS).notes
    assert "1 test pictures could not be read" in note
    assert "bad.png" in note


def test_only_keeps_the_findings_of_some_kinds(folder, leaves_, write_):
    write_(folder / "a.png", small(leaves_(1)))
    write_(folder / "dark.png", 0.2 * leaves_(9))
    result = audit(folder, wanted=Wanted(threads=2))
    assert result.counts() == {"duplicate": 1, "dark": 1}
    assert result.only(["dark"]).counts() == {"dark": 1}
    assert len(result.only(["dark"]).rows) == len(result.rows)


def test_rows_are_plain_values(folder, leaves_, write_):
    write_(folder / "dark.png", 0.2 * leaves_(9))
    (row,) = audit(folder, wanted=Wanted(threads=1)).found
    line = json.loads(json.dumps(row.to_dict(), allow_nan=False))
    assert line["source"] == str(folder / "dark.png")
    assert (line["height_pixels"], line["width_pixels"]) == (128, 176)
    assert line["findings"][0]["kind"] == "dark"
    assert line["findings"][0]["value"] < line["findings"][0]["limit"]


def test_each_path_is_told_once_and_the_number_of_threads_changes_nothing(folder, leaves_, write_):
    write_(folder / "a.png", small(leaves_(1)))
    told = []
    one = audit(folder, wanted=Wanted(threads=1), told=told.append)
    assert sorted(told) == sorted(row.path for row in one.rows)
    assert audit(folder, wanted=Wanted(threads=4)) == one
