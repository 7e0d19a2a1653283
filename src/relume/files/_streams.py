"""What every file family gives and takes: pictures as strips of rows, from top to bottom."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from io import BufferedIOBase
from typing import ClassVar

from relume.errors import BadInputError
from relume.files._limits import Limits
from relume.files._samples import Samples, Scale, to_pixels
from relume.files._source import Source
from relume.files._spool import Spool
from relume.image import Depth, Kept, Pixels, Plane

Fetch = Callable[[int, int], Samples]


class AbstractReader(ABC):
    """A picture as strips. `read` gives the next rows; a context manager that lets go of the file."""

    height: int
    width: int
    channels: int
    has_alpha: bool
    kept: Kept

    @abstractmethod
    def read(self, rows: int) -> tuple[Pixels, Plane | None]:
        """The next `rows` rows and their alpha; fewer at the end, then none."""

    @abstractmethod
    def close(self) -> None:
        """Let go of everything."""

    def __enter__(self) -> "AbstractReader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AbstractWriter(ABC):
    """Takes the strips of a picture in order; the file appears as a whole when the `with` ends well, or not at all."""

    notes: list[str]

    @abstractmethod
    def write(self, pixels: Pixels, alpha: Plane | None = None) -> None:
        """The next rows."""

    @abstractmethod
    def __enter__(self) -> "AbstractWriter": ...

    @abstractmethod
    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How to write: what is None follows the source.

    Attributes:
        quality: of lossy formats, 1 to 100.
        chroma: "4:4:4" or "4:2:0".
        depth: of the samples.
        lossless: where the format can be both.
    """

    quality: int | None = None
    chroma: str | None = None
    depth: Depth | None = None
    lossless: bool | None = None

    def __post_init__(self) -> None:
        if self.quality is not None and not 1 <= self.quality <= 100:
            raise BadInputError(f"quality is 1 to 100, but came as {self.quality}.")
        if self.chroma not in (None, "4:4:4", "4:2:0"):
            raise BadInputError(f'chroma is "4:4:4" or "4:2:0", but came as {self.chroma!r}.')
        if self.depth not in (None, "uint8", "uint16", "float32"):
            raise BadInputError(f'depth is "uint8", "uint16" or "float32", but came as {self.depth!r}.')


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Of a picture that is to be written."""

    height: int
    width: int
    channels: int
    has_alpha: bool

    @property
    def bands(self) -> int:
        """Channels and alpha."""
        return self.channels + self.has_alpha


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a picture will be written, settled before its first row.

    Attributes:
        format: of the file.
        shape: of the picture.
        scale: of the samples.
        kept: what the file gets beside its pixels.
        wish: with every None settled as far as the format has it.
        notes: what the format cannot hold.
    """

    format: str
    shape: Shape
    scale: Scale
    kept: Kept
    wish: Wish
    notes: tuple[str, ...] = ()


class AbstractFamily(ABC):
    """File formats that one library reads and writes.

    Attributes:
        formats: their names, as `sniff` gives them.
        readable: endings of names that are probably readable.
        writable: ending of a name: format.
    """

    formats: ClassVar[tuple[str, ...]]
    readable: ClassVar[frozenset[str]]
    writable: ClassVar[dict[str, str]]

    @abstractmethod
    def reader(self, source: Source, format: str, *, limits: Limits) -> AbstractReader:
        """The picture as strips; its size is checked first."""

    @abstractmethod
    def plan(self, kept: Kept, format: str, shape: Shape, wish: Wish) -> Plan:
        """How to write it. Raises CannotKeepError where the format cannot hold what must not be lost."""

    @abstractmethod
    def encode(self, plan: Plan, spool: Spool, out: BufferedIOBase) -> list[str]:
        """Write the file's bytes; returns what turned out not to fit."""


class StripReader(AbstractReader):
    """Rows that a function fetches, as pixels."""

    def __init__(self, fetch: Fetch, shape: Shape, scale: Scale, kept: Kept, *, close: ExitStack | None = None) -> None:
        self.height, self.width = shape.height, shape.width
        self.channels, self.has_alpha = shape.channels, shape.has_alpha
        self.kept, self._fetch, self._scale, self._close = kept, fetch, scale, close
        self._next = 0

    def read(self, rows: int) -> tuple[Pixels, Plane | None]:
        """The next `rows` rows and their alpha; fewer at the end, then none."""
        if rows < 1:
            raise BadInputError(f"At least one row is read at a time, but {rows} were asked for.")
        count = min(rows, self.height - self._next)
        samples = self._fetch(self._next, count)
        self._next += count
        return to_pixels(samples, self._scale, has_alpha=self.has_alpha)

    def close(self) -> None:
        """Let go of everything."""
        if self._close is not None:
            self._close.close()
