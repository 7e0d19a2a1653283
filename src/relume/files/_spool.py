"""Samples on their way into an encoder: in memory while small, else in a file, so that memory stays flat.

The file is a bare TIFF, because libvips reads that strip by strip; plain samples it would map into memory as a whole.
"""

import struct
import sys
from collections.abc import Callable
from io import BufferedIOBase
from pathlib import Path

import numpy as np

from relume.files._atomic import discard
from relume.files._ifd import Order, build, whole
from relume.files._samples import Samples

MEMORY_BYTES = 64 * 2**20
_STRIP_ROWS = 16


class Spool:
    """Rows in, one array out. `place` names a file; it is asked for only when `nbytes` is above the threshold."""

    def __init__(self, shape: tuple[int, int, int], dtype: np.dtype, *, place: Callable[[], Path] | None) -> None:
        self.shape, self.dtype = shape, dtype
        self.nbytes = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        self.path: Path | None = place() if place is not None and self.nbytes > MEMORY_BYTES else None
        self._head = _head(shape, dtype) if self.path is not None else b""
        self._file: BufferedIOBase | None = self.path.open("wb") if self.path is not None else None
        if self._file is not None:
            self._file.write(self._head)
        self._memory = None if self.path is not None else np.empty(shape, dtype)
        self.rows = 0

    def add(self, samples: Samples) -> None:
        """The next rows."""
        if self._memory is not None:
            self._memory[self.rows : self.rows + samples.shape[0]] = samples
        else:
            assert self._file is not None
            self._file.write(np.ascontiguousarray(samples, dtype=self.dtype).data)
        self.rows += samples.shape[0]

    def array(self) -> Samples:
        """All rows; those of a file are mapped, not loaded."""
        if self._memory is not None:
            return self._memory
        self.flush()
        assert self.path is not None
        return np.memmap(self.path, self.dtype, "r", offset=len(self._head), shape=self.shape)

    def flush(self) -> None:
        """Everything is in the file."""
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        """Let go of the memory and remove the file."""
        self._memory = None
        if self._file is not None and self.path is not None:
            self._file.close()
            discard(self.path)

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _head(shape: tuple[int, int, int], dtype: np.dtype) -> bytes:
    order: Order = "<" if sys.byteorder == "little" else ">"
    height, width, bands = shape
    count = -(-height // _STRIP_ROWS)
    row = width * bands * dtype.itemsize
    base = 16 + 2048  # the table is shorter, and its arrays stand behind it; the samples follow those
    start = base + 16 * count + 4 * bands + 64
    offsets = [start + index * _STRIP_ROWS * row for index in range(count)]
    sizes = [row * min(_STRIP_ROWS, height - index * _STRIP_ROWS) for index in range(count)]
    entries = {
        256: whole(4, width, order=order),
        257: whole(4, height, order=order),
        258: whole(3, *[dtype.itemsize * 8] * bands, order=order),
        259: whole(3, 1, order=order),
        262: whole(3, 1, order=order),
        273: whole(16, *offsets, order=order),
        277: whole(3, bands, order=order),
        278: whole(4, _STRIP_ROWS, order=order),
        279: whole(16, *sizes, order=order),
        284: whole(3, 1, order=order),
        339: whole(3, *[3 if dtype.kind == "f" else 1] * bands, order=order),
    }
    if bands > 1:
        entries[338] = whole(3, *[0] * (bands - 1), order=order)
    mark = (b"II" if order == "<" else b"MM") + struct.pack(order + "HHHQ", 43, 8, 0, 16)
    return (mark + build(entries, order=order, base=16, big=True)).ljust(start, b"\0")
