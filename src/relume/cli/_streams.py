"""stdin and stdout as places of pictures."""

import sys
from pathlib import Path

from relume.cli._inputs import Source
from relume.errors import BadInputError


def contents(source: Source) -> Path | bytes:
    """What the file family opens: the path, or what came on stdin."""
    return sys.stdin.buffer.read() if source.is_stdin else source.path


def write_stdout(data: bytes) -> None:
    """An encoded picture, to whatever stdout is redirected to."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def check_stdout() -> None:
    """BadInputError when a picture would be written to a person's terminal."""
    if sys.stdout.isatty():
        raise BadInputError("A picture is no text for a terminal. Redirect it (> better.png), or name a file: -o FILE.")
