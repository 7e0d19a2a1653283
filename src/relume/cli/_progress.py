"""A progress bar on a terminal, nothing in a pipe."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from relume.cli._say import on_terminal


@dataclass
class Bar:
    """How far the work is; moves a bar when there is one."""

    shown: Any = None
    task: Any = None
    finished: int = 0
    parts: dict[str, float] = field(default_factory=dict[str, float])
    over: set[str] = field(default_factory=set[str])

    lock: threading.Lock = field(default_factory=threading.Lock)

    def rows(self, source: str, done: int, of: int) -> None:
        """So many rows of one picture are done; a very large one moves the bar long before it is finished."""
        with self.lock:  # the engine's threads call this
            if source not in self.over:
                self.parts[source] = done / of
        self._show(source)

    def done(self, source: object) -> None:
        """One more picture is finished."""
        with self.lock:
            self.over.add(str(source))
            self.parts.pop(str(source), None)
            self.finished += 1
        self._show(str(source))

    def _show(self, name: str) -> None:
        if self.shown is not None:
            with self.lock:
                completed = self.finished + sum(self.parts.values())
            self.shown.update(self.task, completed=completed, name=name[-40:])


@contextmanager
def progress(label: str, total: int, *, quiet: bool = False) -> Generator[Bar]:
    """A bar over `total` pictures on stderr, if a person watches."""
    if quiet or not on_terminal() or total == 0:
        yield Bar()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.completed:.1f} of {task.total:.0f}"),
        TimeRemainingColumn(),
        TextColumn("[dim]{task.fields[name]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        yield Bar(shown, shown.add_task(label, total=total, name=""))
