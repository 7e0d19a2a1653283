"""Samples on their way into an encoder: in memory while small, else in a plain file, so that memory stays flat."""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np

from relume.files._atomic import discard
from relume.files._samples import Samples

MEMORY_BYTES = 64 * 2**20


class Spool:
    """Rows in, one array out. `place` names a file; it is asked for only when `nbytes` is above the threshold."""

    def __init__(self, shape: tuple[int, int, int], dtype: np.dtype, *, place: Callable[[], Path] | None) -> None:
        self.shape, self.dtype = shape, dtype
        self.nbytes = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        self.path: Path | None = place() if place is not None and self.nbytes > MEMORY_BYTES else None
        self._file: BinaryIO | None = self.path.open("wb") if self.path is not None else None
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
        return np.memmap(self.path, self.dtype, "r", shape=self.shape)

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
