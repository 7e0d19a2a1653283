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
        try:
            return line["made"] == _stamp(target) and (
                line["from"] == _stamp(source)
                or (line["from"][0] == source.stat().st_size and line["digest"] == digest(source))
            )
        except OSError:
            return False

    def add(self, source: Path, target: Path, options: str) -> None:
        """Note that `target` is done."""
        line = {
            "target": self._key(target),
            "source": str(source.absolute()),
            "from": _stamp(source),
            "digest": digest(source),
            "made": _stamp(target),
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
    return hashlib.blake2b(json.dumps(options, sort_keys=True, default=str).encode(), digest_size=12).hexdigest()


def _stamp(path: Path) -> list[int]:
    status = path.stat()
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
        if isinstance(line, dict) and {"target", "source", "from", "digest", "made", "options"} <= line.keys():
            lines.append(line)
    return lines
