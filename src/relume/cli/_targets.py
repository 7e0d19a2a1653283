"""Where each result goes, and what must not happen to the files that are there."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from relume.cli._inputs import Source
from relume.errors import BadInputError

STDOUT = Path("-")
DEEP = {".tif", ".tiff", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf", ".orf", ".rw2", ".pef"}


@dataclass(frozen=True)
class Job:
    """One picture to read and one to write; `problem` says why it will not be done."""

    source: Source
    target: Path
    problem: str | None = None


def plan(
    sources: Iterable[Source], out: str, *, many: bool, format: str | None = None, overwrite_input: bool = False
) -> list[Job]:
    """A target for every source: OUT itself for one picture, else a file of the same name below the folder OUT."""
    sources = list(sources)
    folder = is_folder(out, many=many)
    if out == "-" and many:
        raise BadInputError("Only one picture can be written to stdout. Name a folder: -o better/")
    if out != "-" and not folder:
        _check_file(out, format)
    kept = {os.path.realpath(source.path) for source in sources}
    wanted = [Job(source, _target(source, out, folder=folder, format=format), source.problem) for source in sources]
    # A name that stays as it is has the right of way.
    taken = {job.target: job.source for job in reversed(wanted) if not job.problem and _keeps_ending(job)}
    jobs: list[Job] = []
    for job in wanted:
        guarded = job if job.problem else _guarded(job, taken, set[str]() if overwrite_input else kept)
        if not guarded.problem:
            taken.setdefault(guarded.target, guarded.source)
        jobs.append(guarded)
    return jobs


def _keeps_ending(job: Job) -> bool:
    return job.source.inside.suffix == job.target.suffix


def is_folder(out: str, *, many: bool) -> bool:
    """Whether OUT names a folder: there are several inputs, it is one, or it has no ending."""
    if out == "-":
        return False
    if many and Path(out).is_file():
        raise BadInputError(f"Several pictures need a folder to go to, but {out} is a file.")
    if many and not Path(out).is_dir() and not out.endswith(("/", os.sep)) and _is_named_as_picture(out):
        raise BadInputError(
            f"Several pictures need a folder to go to, but {out} is a file's name. For a folder of that name: -o {out}/"
        )
    return many or Path(out).is_dir() or out.endswith(("/", os.sep)) or not Path(out).suffix


def _is_named_as_picture(out: str) -> bool:
    from relume import files

    return Path(out).suffix.lower() in files.READABLE | files.WRITABLE


def _check_file(out: str, format: str | None) -> None:
    """Wrong usage is told before any work: an ending that is not written, or another one than --format asks for."""
    from relume import files

    wanted = files.format_for(out)
    if format is not None and files.format_for(f"picture{ending(Path(out), format)}") != wanted:
        raise BadInputError(
            f"-o {out} and --format {format} ask for two formats. Leave --format out, or name a folder."
        )


def ending(path: Path, format: str | None = None) -> str:
    """The ending of the result: the source's own where that can be written, else .tif for deep pictures and .png.

    >>> ending(Path("a.JPG")), ending(Path("a.gif")), ending(Path("a.nef")), ending(Path("a.png"), "webp")
    ('.JPG', '.png', '.tif', '.webp')
    """
    from relume import files

    if format is not None:
        wanted = "." + format.lower().lstrip(".")
        wanted = {".jpeg": ".jpg", ".tiff": ".tif", ".dicom": ".dcm"}.get(wanted, wanted)
        if wanted not in files.WRITABLE:
            known = ", ".join(sorted(suffix[1:] for suffix in files.WRITABLE))
            raise BadInputError(f"{format} cannot be written. Formats: {known}.")
        return wanted
    if path.suffix.lower() in files.WRITABLE:
        return path.suffix
    return ".tif" if path.suffix.lower() in DEEP else ".png"


def _target(source: Source, out: str, *, folder: bool, format: str | None) -> Path:
    if out == "-":
        return STDOUT
    if not folder:
        return Path(out)
    if source.is_stdin:
        return Path(out) / f"stdin{ending(Path('stdin.png'), format)}"
    inside = source.inside
    return Path(out) / inside.with_name(inside.stem + ending(inside, format))


def _guarded(job: Job, taken: dict[Path, Source], kept: set[str]) -> Job:
    first = taken.get(job.target, job.source)
    if first is not job.source:
        # a.gif beside a.png: the one that changes its ending says what it was.
        inside = job.source.inside
        other = job.target.with_name(f"{inside.stem}_{inside.suffix.lstrip('.')}{job.target.suffix}")
        if _keeps_ending(job) or other in taken:
            return replace(job, problem=f"It would be written to {job.target}, as {first.path} is.")
        job = replace(job, target=other)
    if job.target != STDOUT and os.path.realpath(job.target) in kept:
        return replace(job, problem=f"{job.target} is an input. Choose another place, or add --overwrite-input.")
    return job
