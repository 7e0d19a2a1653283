import json

import pytest

from relume.errors import BadInputError, WriteError
from relume.make.clean.audit import Audit, Row
from relume.make.clean.finding import Finding
from relume.make.clean.report import places, write


@pytest.fixture
def found(tmp_path, leaves_, write_):
    paths = [write_(tmp_path / "train" / f"{seed}.png", leaves_(seed)) for seed in range(2)]
    bad = (Finding(kind="dark", reason="night", value=0.1, limit=0.4),)
    rows = [
        Row(path=path, inside=path.name, height=1, width=1, size_bytes=1, findings=one)
        for path, one in zip(paths, [bad, ()], strict=True)
    ]
    return Audit(folder=tmp_path / "train", against=None, rows=tuple(rows))


def test_a_folder_gets_a_page_and_lines(found, tmp_path):
    page, lines = write(found, tmp_path / "a" / "report")
    assert page.read_text().startswith("<!doctype html>")
    assert [line["findings"] != [] for line in map(json.loads, lines.read_text().splitlines())] == [True, False]


@pytest.mark.parametrize("name", ["r.html", "r.jsonl"])
def test_a_file_gets_what_its_ending_says(found, tmp_path, name):
    assert write(found, tmp_path / name) == [tmp_path / name]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, "train"])


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(BadInputError, match=r"ends in .html or .jsonl, but came .*r.csv"):
        places(tmp_path / "r.csv")


def test_a_place_that_cannot_be_written_is_told(found, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match=r"The report .* could not be written: (Not a directory|File exists)"):
        write(found, tmp_path / "file" / "r.html")
