"""Everything relume raises on purpose.

    RelumeError
    ├── BadInputError (ValueError)          what was handed in cannot be used
    │   ├── UnknownNameError (LookupError)      no entry of that name in a catalogue
    │   ├── UnknownOptionError (TypeError)      an entry has no such option
    │   ├── ShapeMismatchError                  two arrays should have one shape
    │   ├── UnreadableFileError (OSError)       no picture, a broken one, or a format that is not read
    │   ├── TooLargeError                       beyond a limit; found before decoding
    │   └── CannotKeepError                     the target format cannot hold what the picture has
    ├── BadModelError (ValueError)          a model or manifest breaks its promise
    ├── MissingExtraError (ImportError)     an optional dependency is not installed
    ├── WriteError (OSError)                the result could not be written
    ├── OutOfMemoryError (MemoryError)      not even the smallest tile fits
    ├── OverloadedError (RuntimeError)      too much is waiting already; refused early
    └── StoppedError (RuntimeError)         cancelled, or the engine is closed

Messages say what was expected, what came, and the next step.
"""

import difflib
from collections.abc import Iterable


class RelumeError(Exception):
    """Any error that relume raises on purpose."""


class BadInputError(RelumeError, ValueError):
    """What was handed in cannot be used."""


class UnknownNameError(BadInputError, LookupError):
    """No entry of that name in a catalogue."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        known = sorted(known)
        super().__init__(f"No {kind} named {name!r}.{did_you_mean(name, known)} Known: {', '.join(known)}.")


class UnknownOptionError(BadInputError, TypeError):
    """An entry of a catalogue has no option of that name."""

    def __init__(self, owner: str, name: str, known: Iterable[str]) -> None:
        known = sorted(known)
        options = ", ".join(known) if known else "none"
        super().__init__(f"{owner} has no option {name!r}.{did_you_mean(name, known)} Its options: {options}.")


class ShapeMismatchError(BadInputError):
    """Two arrays should have one shape and do not."""


class UnreadableFileError(BadInputError, OSError):
    """The bytes are no picture, a broken one, or of a format that is not read."""


class TooLargeError(BadInputError):
    """A picture is beyond a limit; found in its header, before decoding."""


class CannotKeepError(BadInputError):
    """The target format cannot hold what the picture has; nothing is dropped in silence."""


class BadModelError(RelumeError, ValueError):
    """A model or its manifest is broken or does not do what it promises."""


class MissingExtraError(RelumeError, ImportError):
    """An optional dependency is not installed."""


class WriteError(RelumeError, OSError):
    """The result could not be written; what stood there before still stands."""


class OutOfMemoryError(RelumeError, MemoryError):
    """Not even the smallest tile fits into the memory that is left."""


class OverloadedError(RelumeError, RuntimeError):
    """More is waiting than the queue holds; refused early."""


class StoppedError(RelumeError, RuntimeError):
    """The work was cancelled, or its engine is closed."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A guess at what was meant, with a leading space, or nothing.

    >>> did_you_mean("gausian", ["gaussian", "median"])
    " Did you mean 'gaussian'?"
    """
    hint = difflib.get_close_matches(name, list(known), n=1)
    return f" Did you mean {hint[0]!r}?" if hint else ""
