"""Bytes to pictures: which family reads them, and how."""

from contextlib import ExitStack
from functools import cache
from pathlib import Path

import numpy as np

from relume.catalog import Catalog
from relume.errors import BadInputError
from relume.files._limits import Limits
from relume.files._sniff import recognise
from relume.files._source import Source
from relume.files._streams import AbstractFamily, AbstractReader
from relume.files._tiff import is_raw
from relume.image import Image, Pixels, Plane

FAMILIES = Catalog("file family", "relume.files")
_STRIP_BYTES = 16_000_000  # float32 pixels that are made at once while a whole picture is read


@cache
def families() -> tuple[AbstractFamily, ...]:
    """One of each; looked up once, because third parties' entry points are slow to list."""
    return tuple(family() for family in FAMILIES.values())


def family_of(format: str) -> AbstractFamily:
    """The family that knows a format."""
    for family in families():
        if format in family.formats:
            return family
    known = ", ".join(sorted(name for family in families() for name in family.formats))
    raise BadInputError(f"No file format is named {format!r}. Known: {known}.")


def readable() -> frozenset[str]:
    """Endings of names that are probably readable, lower case."""
    return frozenset().union(*(family.readable for family in families()))


def is_readable(path: str | Path) -> bool:
    """Whether the ending of a name is one of a format that is read.

    >>> is_readable("IMG_0001.JPG")
    True
    """
    return Path(path).suffix.lower() in readable()


def reader(source: str | Path | bytes, *, limits: Limits | None = None) -> AbstractReader:
    """A picture as strips, for pictures that are too large for the memory. Use it in a `with`.

    What the file is, its first bytes say, not its name; its size is checked in its header, before decoding.
    """
    limits = limits or Limits()
    origin = Source(source, limits=limits)
    with ExitStack() as stack:
        stack.enter_context(origin)
        format = recognise(origin.head, origin.path)
        if format == "tiff" and is_raw(origin):
            format = "raw"
        inner = family_of(format).reader(origin, format, limits=limits)
        stack.push(lambda *_: inner.close())
        return _Closing(inner, stack.pop_all())


def open_image(source: str | Path | bytes, *, limits: Limits | None = None) -> Image:
    """A whole picture, upright, with all that its file must keep.

    >>> open_image(b"hello world, this is no picture")
    Traceback (most recent call last):
        ...
    relume.errors.UnreadableFileError: This is no picture that relume can read: no format is known that begins \
with the bytes 68 65 6c 6c 6f 20 77 6f. Read are JPEG, PNG, WebP, TIFF, AVIF, GIF, BMP, .npy, DICOM and camera raw.
    """
    limits = limits or Limits()
    with reader(source, limits=limits) as strips:
        each = strips.width * (strips.channels + strips.has_alpha) * 4
        limits.check_memory(strips.height * each, why=f"Opening all {strips.width:,} x {strips.height:,} pixels")
        pixels = np.empty((strips.height, strips.width, strips.channels), np.float32)
        alpha = np.empty(pixels.shape[:2], np.float32) if strips.has_alpha else None
        rows = max(1, _STRIP_BYTES // each)
        for top in range(0, strips.height, rows):
            pixels[top : top + rows], part = strips.read(rows)
            if alpha is not None:
                alpha[top : top + rows] = part
        return Image(pixels=pixels, alpha=alpha, kept=strips.kept)


class _Closing(AbstractReader):
    """A reader that also closes what it reads from."""

    def __init__(self, inner: AbstractReader, stack: ExitStack) -> None:
        self.height, self.width, self.channels = inner.height, inner.width, inner.channels
        self.has_alpha, self.kept = inner.has_alpha, inner.kept
        self._inner, self._stack = inner, stack

    def read(self, rows: int) -> tuple[Pixels, Plane | None]:
        return self._inner.read(rows)

    def close(self) -> None:
        self._stack.close()
