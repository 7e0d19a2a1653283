"""What a run tells of its pictures: of each as it is done, and of all at the end."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from relume.cli._say import on_terminal, say, tell
from relume.cli._targets import Job

UNTOUCHED = "left as"  # in the note of a picture that had nothing to be restored; many of them are told of in one line


@dataclass(kw_only=True)
class Report:
    """Counts what came of the pictures, and tells it.

    Attributes:
        many: pictures that had nothing to be restored are counted, and told of together at the end.
        json: tell programs of each picture too.
        quiet: tell people only what failed, and what could not be kept.
    """

    many: bool = False
    json: bool = False
    quiet: bool = False
    restored: int = 0
    unchanged: int = 0
    skipped: int = 0
    failed: int = 0
    untouched: Counter[str] = field(default_factory=Counter[str])
    began: float = field(default_factory=time.monotonic)

    def add(self, job: Job, outcome: Any, error: str | None) -> None:
        """One more picture; `outcome` is None for one that was done before or was not begun."""
        status = _status(outcome, error)
        self.restored += status == "done"
        self.unchanged += status == "unchanged"
        self.skipped += status == "skipped"
        self.failed += status == "failed"
        if error is not None:
            say(error, about=job.source.path)
        for note in outcome.notes if outcome is not None else ():
            self._note(job, note)
        if self.json:
            tell(_line(job, outcome, error))

    def _note(self, job: Job, note: str) -> None:
        if UNTOUCHED not in note:
            say(note, about=job.source.path)
        elif self.many:
            self.untouched[note] += 1
        elif not self.quiet:
            say(note, about=job.source.path)

    def end(self) -> None:
        """The sum, for people; in a pipe too where nothing was done, which would look like a failure."""
        if self.quiet:
            return
        for note, count in self.untouched.items():
            say(note, about=f"{count} picture{'s' if count > 1 else ''}")
        idle = self.skipped and not self.restored and not self.unchanged
        if on_terminal() or idle:
            say(str(self))

    def __str__(self) -> str:
        counts = {
            "restored": self.restored,
            "left as they were": self.unchanged,
            "done before": self.skipped,
            "failed": self.failed,
        }
        told = [f"{count} {what}" for what, count in counts.items() if count] or ["0 restored"]
        return f"{', '.join(told)} ({time.monotonic() - self.began:.1f} s)."


def _status(outcome: Any, error: str | None) -> str:
    if error is not None:
        return "failed"
    if outcome is None:
        return "skipped"
    return "unchanged" if getattr(outcome, "unchanged", False) else "done"


def _line(job: Job, outcome: Any, error: str | None) -> dict[str, Any]:
    line = {"source": str(job.source.path), "target": str(job.target), "status": _status(outcome, error)}
    if error is not None:
        return line | {"error": error}
    if outcome is None:
        return line
    return line | {"seconds": round(outcome.seconds, 3), "notes": list(outcome.notes), **outcome.details}
