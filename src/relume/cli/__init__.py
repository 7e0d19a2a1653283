"""The command line, one file per command: its name is the command's, `EXAMPLES` ends its help, `PANEL` groups it."""

import contextlib
import os
import re
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from relume.errors import BadInputError, RelumeError, WriteError

__all__ = ["main", "run"]

STOPPED = 130  # 128 + SIGINT, as shells count
PIPE_CLOSED = 141  # 128 + SIGPIPE


def main() -> NoReturn:
    """The `relume` command; nothing else in the library ever exits."""
    signal.signal(signal.SIGTERM, _stop)
    code = run(sys.argv[1:])
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.flush()
        sys.exit(code)
    _let_go_of_stdout()
    sys.exit(PIPE_CLOSED)


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code: 0 all done, 1 some inputs failed, 2 wrong usage.

    >>> run(["denoise"])
    2
    """
    from relume.cli._app import build
    from relume.cli._say import say

    try:
        code = build().main(args=list(arguments) or ["--help"], prog_name="relume", standalone_mode=False)
    except BrokenPipeError:
        _let_go_of_stdout()
        return PIPE_CLOSED
    except SystemExit as stop:
        if not isinstance(stop.__context__, BrokenPipeError):  # typer makes an exit of it
            raise
        _let_go_of_stdout()
        return PIPE_CLOSED
    except KeyboardInterrupt:
        code = STOPPED
    except RelumeError as error:
        say(str(error))
        return 2 if isinstance(error, BadInputError) else 1
    except Exception as error:  # noqa: BLE001  (the user gets a line, whatever it is)
        return _explain(error)
    if code == STOPPED:
        say(" ".join(["stopped.", *_after_stop(arguments)]))
    return code if isinstance(code, int) else 0


def _after_stop(arguments: Sequence[str]) -> list[str]:
    """What the command that was stopped says of how to go on."""
    import importlib

    from relume.cli._app import COMMANDS

    names = [word for word in arguments[:1] if word in COMMANDS]
    return [hint for name in names if (hint := getattr(importlib.import_module(f"relume.cli.{name}"), "STOP", ""))]


def _explain(error: Exception) -> int:
    from relume.cli._say import say

    if hasattr(error, "format_message"):  # a usage error of typer's, whose classes moved between its versions
        context = getattr(error, "ctx", None)
        said = _plainly(error.format_message())  # pyright: ignore[reportAttributeAccessIssue]
        stop = "" if said.endswith((".", "?")) else "."
        say(f"{said}{stop} See: {context.command_path if context else 'relume'} --help")
        return 2
    if isinstance(error, OSError):
        say(str(WriteError(f"{error.filename or ''}: {error.strerror or error}".removeprefix(": "))))
        return 1
    if os.environ.get("RELUME_TRACEBACK"):
        raise error
    say(f"{type(error).__name__}: {error}. This is a bug of relume; with RELUME_TRACEBACK=1 it shows where.")
    return 1


# The checking library's words, and ours.
WORDS = (
    (r": Value error, ", ": "),
    (r"Input should be less than or equal to (\S+)", r"at most \1 was expected"),
    (r"Input should be greater than or equal to (\S+)", r"at least \1 was expected"),
    (r"Input should be a valid integer.*", "a whole number was expected"),
    (r"Input should be a valid number.*", "a number was expected"),
    (r"\b(?:file|dir|path) ('.*') does not exist", r"there is no \1"),
)


def _plainly(said: str) -> str:
    """A message of the library that reads the options, as relume would put it.

    >>> _plainly("Invalid value for '--quality': Input should be less than or equal to 100")
    "Invalid value for '--quality': at most 100 was expected"
    """
    for theirs, ours in WORDS:
        said = re.sub(theirs, ours, said)
    return said.rstrip()


def _stop(_: int, __: FrameType | None) -> NoReturn:
    # Raised, not exited at once, so that part files are removed on the way out.
    raise KeyboardInterrupt


def _let_go_of_stdout() -> None:
    # Python flushes stdout once more at its end, which would fail again, and loudly.
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
