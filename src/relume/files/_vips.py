"""libvips, set up for files that nobody can trust; imported on first use."""

import os
import threading
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from typing import Any

from relume.errors import OutOfMemoryError, UnreadableFileError

# The first calls of two threads may meet here, and settings must stand before either decodes anything.
_lock = threading.Lock()


@cache
def _module() -> Any:
    # libvips asks for this once, when it starts: without it, warnings about a file go to stderr.
    os.environ.setdefault("VIPS_WARNING", "0")
    import pyvips

    pyvips.block_untrusted_set(True)
    # The cache would hold files open and give an old picture where a file was replaced.
    pyvips.cache_set_max(0)
    return pyvips


def vips() -> Any:
    """The pyvips module."""
    with _lock:
        return _module()


@contextmanager
def explained(what: str) -> Generator[None]:
    """Turn errors of libvips into ours."""
    module = vips()
    try:
        yield
    except module.Error as error:
        reason = reason_of(error)
        if "out of memory" in reason:
            raise OutOfMemoryError(f"Decoding the {what} needs more memory than there is ({reason}).") from error
        raise UnreadableFileError(
            f"The {what} is cut short, damaged or of an unusual kind ({reason}). Get the file again, or save it anew."
        ) from error


def reason_of(error: Exception) -> str:
    """The last line of libvips' words, without what only its developers need."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    useful = [line for line in lines if not line.startswith("unable to call") and line != "unable to fetch from region"]
    return (useful[0] if useful else "it cannot be decoded")[:160]
