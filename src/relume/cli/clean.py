"""relume clean: what should not be trained on."""

from pathlib import Path
from typing import Annotated, Any

import typer

from relume.cli import _options as o
from relume.cli._progress import progress
from relume.cli._say import say, tell
from relume.errors import BadInputError, UnknownNameError, UnknownOptionError

__all__ = ["clean"]

PANEL = "Make a model"
EXAMPLES = (
    "relume clean data/train -o report",
    "relume clean data/train --against data/test --apply",
    "relume clean data/train --only noisy --only dark --set noisy.sigma=5/255 --json",
    "relume clean data/train --undo",
)
_ROWS = 60  # of the table; a terminal shows no thousands


def clean(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", show_default=False, help="The folder with pictures, and those in it.")
    ],
    *,
    against: Annotated[
        Path | None,
        typer.Option(metavar="TEST_DIR", show_default=False, help="Find test pictures that hide in DIR, too."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FOLDER|FILE",
            show_default=False,
            help="Write a page and JSON Lines, or a file of either.",
        ),
    ] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Move what was found into DIR.removed; without it nothing is moved.")
    ] = False,
    undo: Annotated[
        bool, typer.Option("--undo", help="Move back what --apply has moved, and do nothing else.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND", show_default=False, help="Look for this alone; may be repeated."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KIND.LIMIT=VALUE",
            show_default=False,
            help="Another limit, say dark.mean=0.2; may be repeated.",
        ),
    ] = None,
    threads: o.Threads = None,
    json: o.Json = False,
    quiet: o.Quiet = False,
) -> int:
    """Find duplicates, leaked test pictures, and broken, blurred, noisy, dark or otherwise bad pictures."""
    from relume.make.clean.audit import audit
    from relume.make.clean.report import places, write
    from relume.make.clean.scan import pictures

    if undo:
        return _undo(folder, quiet=quiet, others=[against, out, apply or None, only, settings])
    kinds = _kinds(only or [])
    wanted = _wanted(kinds, o.read_settings(settings or []), threads)
    if out is not None:
        places(out)  # a wrong ending is found before hours of reading
    total = len(pictures(folder)) + (len(pictures(against)) if against is not None else 0)
    with progress("clean", total, quiet=quiet) as bar:
        found = audit(folder, against=against, wanted=wanted, told=bar.done).only(kinds)
    for note in found.notes:
        say(note)
    for row in found.rows:
        if row.unread is not None:
            say(row.unread, about=row.path)
    written = write(found, out) if out is not None else []
    moved, failed = _apply(found) if apply else ({}, 0)
    if json:
        _tell(found, moved)
    else:
        _print(found)
    if not quiet:
        _end(found, written, len(moved) if apply else None)
    return 1 if failed or any(row.unread is not None for row in found.rows) else 0


def _kinds(only: list[str]) -> list[str]:
    from relume.make.clean.audit import KINDS
    from relume.make.clean.faults import FAULTS

    known = [*KINDS, *sorted(FAULTS)]
    for kind in only:
        if kind not in known:
            raise UnknownNameError("kind of finding", kind, known)
    return only or known


def _wanted(kinds: list[str], settings: dict[str, Any], threads: int | None) -> Any:
    from relume.make.clean.audit import Wanted
    from relume.make.clean.duplicates import Likeness
    from relume.make.clean.faults import FAULTS

    options: dict[str, dict[str, Any]] = {}
    for name, value in settings.items():
        kind, dot, limit = name.partition(".")
        if not dot:
            raise BadInputError(f"--set takes KIND.LIMIT=VALUE, say noisy.sigma=5/255, but came as {name}={value}.")
        options.setdefault(kind, {})[limit] = value
    makers = {"likeness": Likeness} | {name: FAULTS[name] for name in sorted(FAULTS)}
    for kind in options:
        if kind not in makers:
            raise UnknownNameError("kind with limits", kind, makers)
    made = {kind: _made(kind, maker, options.get(kind, {})) for kind, maker in makers.items()}
    likeness = made.pop("likeness")
    return Wanted(faults=[fault for kind, fault in made.items() if kind in kinds], likeness=likeness, threads=threads)


def _made(kind: str, maker: Any, options: dict[str, Any]) -> Any:
    from dataclasses import fields

    known = [field.name for field in fields(maker)]
    for name in options:
        if name not in known:
            raise UnknownOptionError(kind, name, known)
    return maker(**options)


def _apply(found: Any) -> tuple[dict[Path, Path], int]:
    """Where the moved files are now, by where they were, and how many stayed."""
    from relume.make.clean.quarantine import move

    done = list(move(found))
    for one in done:
        if one.problem is not None:
            say(one.problem, about=one.path)
    moved = {one.path: one.target for one in done if one.problem is None}
    return moved, len(done) - len(moved)


def _undo(folder: Path, *, quiet: bool, others: list[Any]) -> int:
    from relume.make.clean.quarantine import undo

    if any(other is not None for other in others):
        raise BadInputError("--undo moves back what was moved, and takes no other options than --quiet.")
    done = list(undo(folder))
    for one in done:
        if one.problem is not None:
            say(one.problem, about=one.path)
    stayed = sum(one.problem is not None for one in done)
    if not quiet:
        say(f"{_count(len(done) - stayed)} moved back into {folder}.")
    return 1 if stayed else 0


def _tell(found: Any, moved: dict[Path, Path]) -> None:
    for row in found.rows:
        target = moved.get(row.path.resolve())
        tell(row.to_dict() | ({"moved_to": str(target)} if target is not None else {}))


def _print(found: Any) -> None:
    """A table of what was found, and how often each kind was."""
    from relume.make.clean.page import in_order

    counts = found.counts()
    kinds = in_order(counts)
    lines = [(kind, row.inside, one.reason) for kind in kinds for row in found.rows for one in row.of(kind)]
    wide = [max((len(line[column]) for line in lines[:_ROWS]), default=0) for column in (0, 1)]
    for kind, inside, reason in lines[:_ROWS]:
        print(f"{kind:{wide[0]}}  {inside:{wide[1]}}  {reason}")
    if len(lines) > _ROWS:
        print(f"… and {len(lines) - _ROWS:,} more; -o FOLDER writes them all.")
    for place, kind in enumerate(kinds):
        print("" if place else "\n", f"{kind:{wide[0]}}  {counts[kind]:>7,}", sep="")


def _end(found: Any, written: list[Path], moved: int | None) -> None:
    from relume.make.clean.quarantine import beside

    say(f"{len(found.found):,} of {_count(len(found.rows))} have something wrong with them.")
    for path in written:
        say(f"written: {path}")
    if moved:
        say(f"{_count(moved)} moved to {beside(found.folder)}; `relume clean {found.folder} --undo` moves them back.")
    elif moved is None and found.found:
        say("Nothing was moved; --apply moves them into a folder beside.")


def _count(pictures: int) -> str:
    return f"{pictures:,} picture{'' if pictures == 1 else 's'}"
