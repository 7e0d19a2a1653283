"""What denoise, dejpeg, enhance and upscale do: they differ in their task and in their options only."""

import tempfile
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from relume.cli._inputs import expand, names_many
from relume.cli._journal import Journal, options_key, stamp
from relume.cli._progress import Bar, progress
from relume.cli._report import Report
from relume.cli._say import say, tell
from relume.cli._streams import check_stdout, contents, write_stdout
from relume.cli._targets import STDOUT, Job, is_folder, plan
from relume.errors import BadInputError, RelumeError

GO_ON = "What was finished is kept; the same command goes on from there."


@dataclass(frozen=True, kw_only=True)
class Request:
    """One call of a command that restores.

    Attributes:
        engine: arguments of the engine beside its task.
        options: of the task, such as strength.
        again: do what is done already once more.
    """

    task: str
    inputs: list[str]
    out: str | None
    engine: dict[str, Any]
    options: dict[str, Any]
    format: str | None = None
    quality: int | None = None
    chroma: str | None = None
    depth: str | None = None
    recursive: bool = False
    json: bool = False
    quiet: bool = False
    dry_run: bool = False
    overwrite_input: bool = False
    again: bool = False

    @property
    def saving(self) -> dict[str, Any]:
        """How it is written: options of the engine's `restore_files`."""
        return {"quality": self.quality, "chroma": self.chroma, "depth": self.depth}

    @property
    def key(self) -> str:
        """Differs when the result may."""
        from relume.run.store import Store
        from relume.tasks import TASKS

        # A model that is not there is told of now, before anything is touched.
        name = self.engine["model"] or TASKS[self.task].default
        settings = self.engine.get("settings")
        manifest = Store().get(self.task, name, scale=self.engine.get("scale"), settings=settings).manifest
        return options_key(
            {
                "model": manifest.model_dump(mode="json"),
                "engine": {name: self.engine.get(name) for name in ("precision", "runtime", "scale", "settings")},
                "options": self.options,
                "saving": [self.format, self.saving],
            }
        )


def restore(request: Request) -> int:
    """Restore what `request` names; 0 when all is done, 1 when some inputs failed."""
    out = request.out or _usual_out(request)
    many = names_many(request.inputs)
    folder = Path(out) if is_folder(out, many=many) else None
    # The folder that is written to is not read, unless it is the one that was named.
    sources = expand(request.inputs, recursive=request.recursive, leave_out=folder)
    jobs = plan(sources, out, many=many, format=request.format, overwrite_input=request.overwrite_input)
    journal = Journal(folder) if folder is not None else None
    key = request.key
    done = {job for job in jobs if journal is not None and not request.again and _is_done(job, journal, key)}
    if request.dry_run:
        return _preview(jobs, done, request)
    if STDOUT in (job.target for job in jobs):
        return _to_stdout(jobs[0], request)
    return _run(_prepared(jobs), done, journal, key, request)


def _usual_out(request: Request) -> str:
    if request.inputs != ["-"]:
        raise BadInputError("Say where the result goes: -o FILE or -o FOLDER.")
    return "-"


def _is_done(job: Job, journal: Journal, key: str) -> bool:
    return not job.problem and not job.source.is_stdin and journal.done(job.source.path, job.target, key)


def _prepared(jobs: list[Job]) -> list[Job]:
    from relume import files

    problems: dict[Path, str] = {}
    for folder in dict.fromkeys(job.target.parent for job in jobs if not job.problem):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            files.clean_parts(folder)
        except (FileExistsError, NotADirectoryError):
            problems[folder] = f"{folder} should be a folder, but a file is in the way. Choose another place."
        except OSError as error:
            problems[folder] = f"{folder} cannot be written to: {error.strerror or error}."
    return [job if job.problem else replace(job, problem=problems.get(job.target.parent)) for job in jobs]


def _run(jobs: list[Job], done: set[Job], journal: Journal | None, key: str, request: Request) -> int:
    from relume import Engine

    todo = [job for job in jobs if job not in done and not job.problem]
    report = Report(many=len(jobs) > 1, json=request.json, quiet=request.quiet)
    with progress(request.task, len(jobs), quiet=request.quiet) as bar:
        if todo:
            with Engine(request.task, **request.engine) as engine:
                _each(jobs, done, _outcomes(engine, todo, bar, request), (journal, key, bar, report))
        else:
            _each(jobs, done, iter(()), (journal, key, bar, report))
    report.end()
    return 1 if report.failed else 0


def _outcomes(engine: Any, todo: list[Job], bar: Bar, request: Request) -> Iterator[tuple[Any, Any]]:
    """Each outcome, with the stamp that its source had before it was read."""
    stamps: deque[Any] = deque()

    def pairs() -> Iterator[tuple[Path | bytes, Path]]:
        for job in todo:
            stamps.append(None if job.source.is_stdin else stamp(job.source.path))
            yield contents(job.source), job.target

    outcomes = engine.restore_files(pairs(), on_progress=bar.rows, **request.saving, **request.options)
    return ((outcome, stamps.popleft()) for outcome in outcomes)


def _each(jobs: list[Job], done: set[Job], outcomes: Iterator[tuple[Any, Any]], where: tuple[Any, ...]) -> None:
    journal, key, bar, report = where
    for job in jobs:
        outcome, before = (None, None) if job in done or job.problem else next(outcomes)
        error = job.problem or (str(outcome.error) if outcome is not None and outcome.error else None)
        if error is None and outcome is not None and journal is not None and not job.source.is_stdin:
            journal.add(job.source.path, job.target, key, before=before)
        bar.done(job.source.path)
        report.add(job, outcome, error)


def _preview(jobs: list[Job], done: set[Job], request: Request) -> int:
    for job in jobs:
        status = "failed" if job.problem else "skipped" if job in done else "planned"
        if request.json:
            line = {"source": str(job.source.path), "target": str(job.target), "status": status}
            tell(line | ({"error": job.problem} if job.problem else {}))
        elif job.problem:
            say(job.problem, about=job.source.path)
        else:
            print(f"{job.source.path} -> {job.target}{' (done before)' if job in done else ''}")
    return 1 if any(job.problem for job in jobs) else 0


def _to_stdout(job: Job, request: Request) -> int:
    from relume import Engine, files
    from relume.cli._targets import ending

    if request.json:
        raise BadInputError("stdout carries the picture or the JSON, not both. Write the picture to a file: -o FILE.")
    check_stdout()
    if job.problem:
        say(job.problem, about=job.source.path)
        return 1
    source = contents(job.source)
    # By way of a file, so that a pipe gets and tells all that a file would.
    with tempfile.TemporaryDirectory(prefix="relume-") as folder, Engine(request.task, **request.engine) as engine:
        try:
            with files.reader(source) as opened:
                ends = ending(Path(f"stdin.{opened.kept.format}"), request.format)
        except RelumeError as error:
            say(str(error), about=job.source.path)
            return 1
        pairs = [(source, Path(folder) / f"stdout{ends}")]
        (outcome,) = engine.restore_files(pairs, **request.saving, **request.options)
        problem = str(outcome.error) if outcome.error else None
        Report(quiet=request.quiet).add(job, outcome, problem)
        if problem is None:
            write_stdout(pairs[0][1].read_bytes())
    return 0 if problem is None else 1
