"""What INPUT… stands for: files, folders, globs and stdin become a list of sources."""

import glob
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ADDRESS = re.compile(r"(https?|ftps?)://", re.IGNORECASE)
STDIN = Path("-")
# Pictures that are not read: in a folder they are told of, not passed over.
FOREIGN = frozenset({".heic", ".heif", ".hif", ".jp2", ".jxl", ".psd"})


@dataclass(frozen=True)
class Source:
    """A picture to read.

    Attributes:
        path: of its file; `-` is stdin.
        inside: its path below the folder that was named, which the output repeats; just its name for a file.
        problem: why there is nothing to read.
    """

    path: Path
    inside: Path
    problem: str | None = None

    @property
    def is_stdin(self) -> bool:
        """Whether it is read from stdin."""
        return self.path == STDIN


def expand(inputs: Iterable[str], *, recursive: bool = False, leave_out: Path | None = None) -> list[Source]:
    """The pictures that `inputs` name, each once, in order; folders' in the order of their names.

    What does not exist is a source with a problem, so that one wrong name does not stop the others.
    `leave_out` is a folder that is not looked into: the one that is written to.
    """
    sources: dict[str, Source] = {}
    for text in inputs:
        for source in _expand(text, recursive=recursive, leave_out=leave_out):
            sources.setdefault(os.path.realpath(source.path) if not source.is_stdin else "-", source)
    return list(sources.values())


def names_many(inputs: list[str]) -> bool:
    """Whether `inputs` may stand for more than one picture, whatever they stand for today."""
    first = Path(inputs[0]) if len(inputs) == 1 and not ADDRESS.match(inputs[0]) else None
    if first is None:
        return len(inputs) != 1
    return first.is_dir() or (glob.has_magic(inputs[0]) and not first.exists())


def _expand(text: str, *, recursive: bool, leave_out: Path | None) -> Iterator[Source]:
    path = Path(text)
    if text == "-":
        yield Source(STDIN, STDIN)
    elif path.is_dir():
        found = list(_pictures(path, recursive=recursive, leave_out=leave_out))
        hint = "" if recursive else " Add --recursive to look into its folders."
        yield from found or [Source(path, Path(path.name), f"This folder holds no pictures.{hint}")]
    elif path.exists():
        yield Source(path, Path(path.name))
    elif ADDRESS.match(text):
        yield Source(path, Path(path.name), "relume downloads nothing. Save the picture first, and name its file.")
    elif glob.has_magic(text):
        matches = sorted(glob.glob(text, recursive=True))  # noqa: PTH207  (absolute patterns too, and ** only here)
        files = [Path(match) for match in matches if Path(match).is_file()]
        yield from [Source(file, Path(file.name)) for file in files] or [
            Source(path, path, "Nothing matches this pattern.")
        ]
    else:
        yield Source(path, Path(path.name), "There is no such file.")


def _pictures(folder: Path, *, recursive: bool, leave_out: Path | None) -> Iterator[Source]:
    from relume import files

    skip = leave_out.resolve() if leave_out is not None else None
    closed: list[OSError] = []
    for root, folders, names in os.walk(folder, onerror=closed.append):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and (Path(root) / name).resolve() != skip
        )
        for name in sorted(names):
            path = Path(root) / name
            if not name.startswith(".") and (files.is_readable(path) or path.suffix.lower() in FOREIGN):
                yield Source(path, path.relative_to(folder))
        if not recursive:
            break
    for error in closed:
        path = Path(error.filename or folder)
        yield Source(path, Path(path.name), f"This folder cannot be read: {error.strerror}.")
