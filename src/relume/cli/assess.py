"""relume assess: what is the matter with a picture."""

import json as json_module
from typing import Any

from relume.cli import _options as o
from relume.cli._inputs import Source, expand
from relume.cli._progress import progress
from relume.cli._say import say, tell
from relume.errors import RelumeError

__all__ = ["assess"]

PANEL = "Look and measure"
EXAMPLES = ("relume assess photo.jpg", "relume assess scans/ --recursive --json > findings.jsonl")


def assess(inputs: o.Inputs, *, recursive: o.Recursive = False, json: o.Json = False, quiet: o.Quiet = False) -> int:
    """Find out what is the matter: noise, JPEG damage, sharpness, light, resolution."""
    failed = 0
    sources = expand(inputs, recursive=recursive)
    with progress("assess", len(sources), quiet=quiet or not json) as bar:
        for place, source in enumerate(sources):
            report, problem = _look(source)
            bar.done(source.path)
            if problem is not None:
                failed += 1
                say(problem, about=source.path)
            _show(source, report, problem, as_json=json, first=place == 0)
    return 1 if failed else 0


def _look(source: Source) -> tuple[Any, str | None]:
    import relume
    from relume.cli._streams import contents

    if source.problem:
        return None, source.problem
    try:
        return relume.assess(relume.open(contents(source))), None
    except RelumeError as error:
        return None, str(error)


def _show(source: Source, report: Any, problem: str | None, *, as_json: bool, first: bool) -> None:
    if as_json:
        findings = {"error": problem} if report is None else json_module.loads(report.to_json())
        tell({"source": str(source.path), **findings})
    elif report is not None:
        print("" if first else "\n", source.path, "\n", report, sep="")
