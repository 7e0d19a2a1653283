"""Moves found pictures into a folder beside theirs, and back.

Each move is noted in a journal before it is made, so that a run that is killed in between can be undone as well.
"""

import errno
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from relume.errors import BadInputError, WriteError
from relume.make.clean.audit import Audit, Row

JOURNAL = ".relume-clean.jsonl"


@dataclass(frozen=True, kw_only=True)
class Move:
    """What came of one file.

    Attributes:
        problem: why it is still where it was.
    """

    path: Path
    target: Path
    problem: str | None = None


def beside(folder: Path) -> Path:
    """Where the found pictures of a folder go.

    >>> beside(Path("/data/train")).as_posix()
    '/data/train.removed'
    """
    whole = folder.resolve()
    if whole.parent == whole:
        raise BadInputError(f"There is no place beside {whole}. Name the folder in it that holds the pictures.")
    return whole.with_name(whole.name + ".removed")


def move(found: Audit) -> Iterator[Move]:
    """Move each picture with a finding, one at a time; what cannot be moved stays, and its problem is told.

    Raises:
        WriteError: the folder beside cannot be written to.
    """
    folder, removed = found.folder.resolve(), beside(found.folder)
    try:
        removed.mkdir(exist_ok=True)
        journal = (removed / JOURNAL).open("ab", buffering=0)
    except OSError as error:
        raise WriteError(
            f"{removed} cannot be written: {error.strerror}. Check the permissions of {removed.parent}."
        ) from error
    with journal:
        for row in found.found:
            target = _free(removed / row.inside)
            line = {"from": row.inside, "to": target.relative_to(removed).as_posix(), "why": _why(row)}
            # A leading line feed ends a line that a kill cut off.
            journal.write(b"\n" + json.dumps(line).encode() + b"\n")
            yield _moved(folder / row.inside, target)


def undo(folder: Path) -> Iterator[Move]:
    """Move everything back that `move` moved out of `folder`; then the folder beside is removed.

    Raises:
        BadInputError: nothing was ever moved out of it.
    """
    removed, home = beside(folder), folder.resolve()
    journal = removed / JOURNAL
    if not journal.is_file():
        raise BadInputError(
            f"Nothing can be undone: there is no journal {journal}. Was anything moved out of {folder}?"
        )
    left: list[dict[str, Any]] = []
    for line in reversed(list(_lines(journal))):
        path, target = removed / line["to"], home / line["from"]
        if not path.exists():
            continue  # it was killed before that move, or somebody took the file away
        back = _moved(path, target)
        if back.problem is not None:
            left.append(line)
        yield back
    if not left:
        journal.unlink()
        _prune(removed)


def _moved(path: Path, target: Path) -> Move:
    """One file in its new place, whole or not at all; nothing that stands there is replaced."""
    if target.exists() or target.is_symlink():
        problem = f"{target} is there already. Move one of the two out of the way."
        return Move(path=path, target=target, problem=problem)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _rename(path, target)
    except OSError as error:
        return Move(path=path, target=target, problem=f"It cannot be moved to {target}: {error.strerror or error}.")
    return Move(path=path, target=target)


def _rename(path: Path, target: Path) -> None:
    try:
        path.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        part = target.with_name(f".{target.name}.{os.getpid()}.relume-part")
        try:
            shutil.copy2(path, part)
            part.rename(target)
        finally:
            part.unlink(missing_ok=True)
        path.unlink()


def _free(target: Path) -> Path:
    """The name itself, or with a number where an earlier run has put another file of that name."""
    place, free = 1, target
    while free.exists() or free.is_symlink():
        place += 1
        free = target.with_name(f"{target.stem}-{place}{target.suffix}")
    return free


def _why(row: Row) -> list[str]:
    return [f"{one.kind}: {one.reason}" for one in row.findings]


def _lines(journal: Path) -> Iterator[dict[str, Any]]:
    """The lines that are whole, and name places below the two folders."""
    for text in journal.read_bytes().split(b"\n"):
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict) and all(_is_inside(line.get(name)) for name in ("from", "to")):
            yield line


def _is_inside(name: Any) -> bool:
    return isinstance(name, str) and not Path(name).is_absolute() and ".." not in Path(name).parts and name != ""


def _prune(folder: Path) -> None:
    """Remove folders that are empty now."""
    for root, _, _ in os.walk(folder, topdown=False):
        if not any(Path(root).iterdir()):
            Path(root).rmdir()
