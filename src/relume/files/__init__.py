"""Bytes to pictures and back; what a file has beside its pixels stays with it.

image = open("scan.tif")                 # or bytes
notes = save(image, "better.tif")        # atomic; returns what could not be kept
with reader("huge.tif") as strips: ...   # strips in,
with writer("better.tif", ...) as out: ...   # strips out, memory flat
"""

from typing import TYPE_CHECKING

from relume.files._atomic import clean_parts
from relume.files._copy import copy
from relume.files._limits import Limits
from relume.files._open import FAMILIES, is_readable, readable, reader
from relume.files._open import open_image as open  # noqa: A004  (files.open reads well)
from relume.files._save import encode, format_for, save, writable, writer
from relume.files._sniff import sniff
from relume.files._streams import AbstractFamily, AbstractReader, AbstractWriter

if TYPE_CHECKING:
    READABLE: frozenset[str]
    WRITABLE: frozenset[str]

__all__ = [
    "FAMILIES",
    "READABLE",
    "WRITABLE",
    "AbstractFamily",
    "AbstractReader",
    "AbstractWriter",
    "Limits",
    "clean_parts",
    "copy",
    "encode",
    "format_for",
    "is_readable",
    "open",
    "reader",
    "save",
    "sniff",
    "writer",
]


def __getattr__(name: str) -> frozenset[str]:
    # Made when asked for: listing them imports every family.
    if name == "READABLE":
        return readable()
    if name == "WRITABLE":
        return frozenset(writable())
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
