"""What a folder run has done, so that the next one does only the rest."""

import hashlib
import json
from pathlib import Path
from typing import Any

NAME = ".relume-journal.jsonl"


class Journal:
    """An append-only file in the output folder: one JSON line per finished picture.

    A line is written after its picture stands whole under its final name, so a run that is killed in between does that
    picture once more, and never believes in one that is not there. A line that was cut off is ignored.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._path = folder, folder / NAME
        self._lines = {line["target"]: line for line in _read(self._path)}

    def done(self, source: Path, target: Path, options: str) -> bool:
        """Whether `target` was made from this `source` with these options, and neither has changed since."""
        line = self._lines.get(self._key(target))
        if line is None or line["options"] != options or line["source"] != str(source.absolute()):
            return False
        before, made = stamp(source), stamp(target)
        if before is None or made is None or line["made"] != made:
            return False
        return line["from"] == before or (line["from"][0] == before[0] and line["digest"] == digest(source))

    def add(self, source: Path, target: Path, options: str, *, before: list[int] | None) -> None:
        """Note that `target` is done, unless its source is no longer what it was `before` it was read.

        A source that the result has replaced is noted as it is now, so that it is not restored once more.
        """
        if stamp(source) != before and source.resolve() != target.resolve():
            return
        line = {
            "target": self._key(target),
            "source": str(source.absolute()),
            "from": stamp(source),
            "digest": digest(source),
            "made": stamp(target),
            "options": options,
        }
        self._lines[line["target"]] = line
        # A leading line feed ends a line that a kill cut off; one write keeps two runs from mixing theirs.
        with self._path.open("ab", buffering=0) as file:
            file.write(b"\n" + json.dumps(line).encode() + b"\n")

    def _key(self, target: Path) -> str:
        return target.relative_to(self._folder).as_posix()


def digest(path: Path) -> str:
    """Of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def options_key(options: dict[str, Any]) -> str:
    """One short text that differs when any option does."""
    return hashlib.blake2b(json.dumps(options, sort_keys=True, default=_plain).encode(), digest_size=12).hexdigest()


def stamp(path: Path) -> list[int] | None:
    """Size and time of the last change; None where there is no such file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return [status.st_size, status.st_mtime_ns]


def _read(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    lines: list[dict[str, Any]] = []
    for text in path.read_bytes().split(b"\n"):
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if _is_whole(line):
            lines.append(line)
    return lines


def _is_whole(line: Any) -> bool:
    kinds = {"target": str, "source": str, "from": list, "digest": str, "made": list, "options": str}
    return isinstance(line, dict) and all(isinstance(line.get(name), kind) for name, kind in kinds.items())


def _plain(value: Any) -> Any:
    """A file among the options counts by what it holds: when it changes, its pictures are done again."""
    return [str(value), *(stamp(value) or [])] if isinstance(value, Path) and value.is_file() else str(value)
