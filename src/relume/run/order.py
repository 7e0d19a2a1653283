"""What is asked of the pool, and what it answers."""

from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from relume.run.route import Wish
from relume.run.source import Source

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Target:
    """A file that the result is written to, strip by strip; options are those of `relume.files.writer`."""

    path: Path
    options: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Result:
    """What came of one picture.

    Attributes:
        restored: the picture, of the type that was handed in (an Image for a path); None when it went to a file.
        details: what was found and decided.
        notes: what the file could not keep.
        unchanged: there was nothing to do, and nothing was done.
    """

    restored: Any
    details: dict[str, Any]
    notes: tuple[str, ...]
    seconds: float
    unchanged: bool


@dataclass(eq=False)
class Order:
    """One picture that was asked for, and what it holds open.

    Attributes:
        users: threads that use what it holds open; it is let go of only when there are none.
        error: why it failed; nothing more is done for it then.
    """

    source: Source
    wish: Wish
    target: Target | None = None
    on_progress: Progress = lambda name, done, of: None
    future: "Future[Result]" = field(default_factory=Future)
    stack: ExitStack = field(default_factory=ExitStack)
    began: float = 0.0
    done_rows: int = 0
    left: int = 0
    users: int = 0
    error: BaseException | None = None
    finish: Callable[[], Result] | None = None

    def let_go(self) -> None:
        """The end of an order that failed: its part file goes, and its caller hears of it."""
        error = self.error
        assert error is not None  # noqa: S101  (only what failed is let go of)
        with suppress(Exception):  # what failed first is what the caller has to hear
            self.stack.__exit__(type(error), error, error.__traceback__)
        with suppress(InvalidStateError):  # asyncio has cancelled it
            self.future.set_exception(error)
