"""Writes what was found: a page with thumbnails for people, JSON Lines for programs."""

import json
from pathlib import Path

from relume.errors import BadInputError, WriteError
from relume.make.clean.audit import Audit
from relume.make.clean.page import page

NAMES = ("index.html", "findings.jsonl")


def write(found: Audit, out: Path) -> list[Path]:
    """The files that were written: `out` itself where it ends in .html or .jsonl, else both kinds in the folder `out`.

    Raises:
        WriteError: the place cannot be written to.
    """
    targets = places(out)
    for target in targets:
        text = page(found) if target.suffix == ".html" else lines(found)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(f".{target.name}.relume-part")
            part.write_text(text, encoding="utf-8")
            part.replace(target)
        except OSError as error:
            raise WriteError(
                f"The report {target} could not be written: {error.strerror or error}. Write it elsewhere: -o FOLDER."
            ) from error
    return targets


def places(out: Path) -> list[Path]:
    """The files that `write` will write.

    Raises:
        BadInputError: the ending is of another kind.

    >>> [path.as_posix() for path in places(Path("report"))]
    ['report/index.html', 'report/findings.jsonl']
    """
    if out.suffix in (".html", ".jsonl") and not out.is_dir():
        return [out]
    if out.suffix in (".json", ".htm", ".csv", ".txt", ".pdf"):
        raise BadInputError(f"A report is a folder, or a file that ends in .html or .jsonl, but came {out}.")
    return [out / name for name in NAMES]


def lines(found: Audit) -> str:
    """One JSON object for each file of the folder, a line each; good pictures have no findings."""
    return "".join(json.dumps(row.to_dict()) + "\n" for row in found.rows)
