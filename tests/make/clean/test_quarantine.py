import errno
import json
from pathlib import Path

import pytest

from relume.errors import BadInputError, WriteError
from relume.make.clean import quarantine
from relume.make.clean.audit import Audit, Row
from relume.make.clean.finding import Finding
from relume.make.clean.quarantine import JOURNAL, beside, move, undo

BAD = (Finding(kind="dark", reason="its brightest places reach 3% of white"),)


@pytest.fixture
def folder(tmp_path):
    for name in ("a.png", "b.png", "deep/er/c.png"):
        (tmp_path / "train" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "train" / name).write_text(name)
    return tmp_path / "train"


def found(folder, *bad):
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.png"))
    rows = [
        Row(path=folder / name, inside=name, height=1, width=1, size_bytes=1, findings=BAD if name in bad else ())
        for name in names
    ]
    return Audit(folder=folder, against=None, rows=tuple(rows))


def state(root):
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*.png")}


def test_what_was_moved_comes_back_and_nothing_is_left_beside(folder):
    before = state(folder.parent)
    moved = list(move(found(folder, "a.png", "deep/er/c.png")))
    assert [one.problem for one in moved] == [None, None]
    removed = beside(folder)
    assert state(folder) == {"b.png": "b.png"}
    assert state(removed) == {"a.png": "a.png", "deep/er/c.png": "deep/er/c.png"}
    assert len(list(undo(folder))) == 2
    assert state(folder.parent) == before
    assert not removed.exists()


def test_the_journal_says_why(folder):
    list(move(found(folder, "a.png")))
    (line,) = [json.loads(line) for line in (beside(folder) / JOURNAL).read_text().splitlines() if line]
    assert line == {"from": "a.png", "to": "a.png", "why": ["dark: its brightest places reach 3% of white"]}


def test_a_second_run_replaces_nothing_of_the_first_and_both_are_undone(folder):
    list(move(found(folder, "a.png")))
    (folder / "a.png").write_text("another")
    list(move(found(folder, "a.png")))
    assert state(beside(folder)) == {"a.png": "a.png", "a-2.png": "another"}
    one, other = undo(folder)
    assert one.problem is None  # the last that went comes back first
    assert (folder / "a.png").read_text() == "another"
    assert "is there already" in other.problem
    assert (beside(folder) / "a.png").read_text() == "a.png"  # still in the journal, and still there
    (folder / "a.png").rename(folder / "z.png")
    assert [move.problem for move in undo(folder)] == [None]
    assert not beside(folder).exists()


def test_a_run_that_was_killed_between_the_journal_and_the_move_can_be_undone(folder):
    list(move(found(folder, "a.png")))
    with (beside(folder) / JOURNAL).open("ab") as journal:
        journal.write(b'\n{"from": "b.png", "to": "b.png", "why": []}\n\n{"from": "deep')
    assert [one.target.name for one in undo(folder)] == ["a.png"]
    assert sorted(state(folder)) == ["a.png", "b.png", "deep/er/c.png"]


def test_what_a_journal_names_outside_the_folders_is_not_touched(folder, tmp_path):
    list(move(found(folder, "a.png")))
    (tmp_path / "own.png").write_text("mine")
    with (beside(folder) / JOURNAL).open("ab") as journal:
        journal.write(b'\n{"from": "x.png", "to": "../own.png", "why": []}\n')
    assert len(list(undo(folder))) == 1
    assert (tmp_path / "own.png").read_text() == "mine"


def test_between_two_file_systems_a_file_is_copied_whole_and_then_removed(folder, monkeypatch):
    rename, crossed = Path.rename, []

    def far(self, target):
        if self.parent == folder.resolve() and not crossed.append(self):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", far)
    (one,) = move(found(folder, "a.png"))
    assert (one.problem, crossed) == (None, [folder.resolve() / "a.png"])
    assert state(beside(folder)) == {"a.png": "a.png"}
    assert "a.png" not in state(folder)
    assert not list(beside(folder).glob(".*relume-part"))


def test_a_file_that_cannot_be_moved_stays_and_is_told_of(folder, monkeypatch):
    def refused(path, target):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(quarantine, "_rename", refused)
    (one,) = move(found(folder, "a.png"))
    assert one.problem is not None
    assert "cannot be moved to" in one.problem
    assert "Permission denied" in one.problem
    assert "a.png" in state(folder)


def test_without_a_journal_nothing_can_be_undone(folder):
    with pytest.raises(BadInputError, match="Nothing can be undone: there is no journal"):
        list(undo(folder))


def test_there_is_no_place_beside_the_root():
    with pytest.raises(BadInputError, match="There is no place beside /"):
        beside(Path("/"))


def test_a_place_that_cannot_be_written_is_told_before_anything_moves(folder):
    beside(folder).write_text("a file of that name")
    with pytest.raises(WriteError, match=r"train.removed cannot be written"):
        list(move(found(folder, "a.png")))
