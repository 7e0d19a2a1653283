"""Reads the pictures of a folder, several at a time, and looks at each once; what cannot be read stops nothing."""

import hashlib
import os
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from relume import files
from relume.errors import BadInputError, RelumeError
from relume.image import Image
from relume.make.clean import fingerprint
from relume.make.clean.faults._view import View
from relume.make.clean.finding import Finding
from relume.make.clean.fingerprint import SIDE, Print, Thumb

LIMITS = files.Limits(pixels=200_000_000, bytes=2_500_000_000)
_LARGE = 24_000_000  # pixels; of pictures above that one is in memory at a time
_LEAST = 8  # pixels of the shorter side, below which a picture has no likeness
Fault = Callable[[View], Finding | None]


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one look at one file found.

    Attributes:
        inside: path below the folder that was asked for, with forward slashes.
        digest: of the file's bytes; None where it could not be read.
        unread: why it was not looked at, where the file is not to blame: an extra that is missing, no memory.
        print: of its likeness; None where it is too small or not read.
        contrast: of that print, once its thumbnail lies elsewhere.
    """

    path: Path
    inside: str
    size_bytes: int = 0
    digest: str | None = None
    height: int = 0
    width: int = 0
    findings: tuple[Finding, ...] = ()
    unread: str | None = None
    print: Print | None = None
    contrast: float | None = None


@dataclass(frozen=True)
class Scan:
    """How pictures are looked at.

    Attributes:
        faults: asked of each picture, in this order.
        threads: pictures that are in memory at once, large ones excepted.
    """

    faults: Sequence[Fault] = ()
    threads: int = 1
    limits: files.Limits = LIMITS
    large: threading.Lock = field(default_factory=threading.Lock)

    def looks(self, paths: Sequence[Path], root: Path) -> Iterator[Look]:
        """One look at each, in order, while the next ones are read already."""
        waiting: deque[Future[Look]] = deque()
        rest = iter(paths)
        with ThreadPoolExecutor(self.threads) as pool:
            try:
                for path in rest:
                    waiting.append(pool.submit(self._look, path, root))
                    if len(waiting) >= 2 * self.threads:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def _look(self, path: Path, root: Path) -> Look:
        named: dict[str, Any] = {"path": path, "inside": path.relative_to(root).as_posix()}
        try:
            named["size_bytes"] = path.stat().st_size
            with files.reader(path, limits=self.limits) as strips:
                named |= {"height": strips.height, "width": strips.width}
            if named["height"] * named["width"] <= _LARGE:
                return Look(**named, **self._seen(path))
            with self.large:
                return Look(**named, **self._seen(path))
        except BadInputError as error:
            return Look(**named, findings=(Finding(kind="broken", reason=_line(error)),))
        except (RelumeError, OSError) as error:
            return Look(**named, unread=_line(error))

    def _seen(self, path: Path) -> dict[str, Any]:
        image = files.open(path, limits=self.limits)
        if not bool(np.isfinite(image.pixels).all()):
            raise BadInputError("Numbers were expected, but some samples are infinite or none at all (NaN).")
        view = View(image)
        findings = tuple(finding for fault in self.faults if (finding := fault(view)) is not None)
        return {"digest": _digest(path), "findings": findings, "print": _print(image)}


def pictures(folder: Path, *, leave_out: Path | None = None) -> list[Path]:
    """The files of a folder and of those in it whose names end like pictures', in order; hidden ones are passed over.

    Raises:
        BadInputError: it is no folder, or holds no pictures.
    """
    if not folder.is_dir():
        raise BadInputError(f"A folder of pictures was expected, but {folder} is none. Check the name.")
    skip = leave_out.resolve() if leave_out is not None else None
    found: list[Path] = []
    for root, folders, names in os.walk(folder):
        here = Path(root)
        folders[:] = sorted(name for name in folders if name[0] != "." and (here / name).resolve() != skip)
        found += [here / name for name in sorted(names) if name[0] != "." and files.is_readable(name)]
    if not found:
        raise BadInputError(f"Pictures were expected in {folder}, but there are none. Name the folder that holds them.")
    return found


class Thumbs:
    """Thumbnails of all pictures, in a nameless file: 4 KB each is too much to hold for a million.

    Use it in a `with`.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  (it lives as long as this)
        self._count = 0

    def add(self, thumb: Thumb) -> int:
        """Its place."""
        self._file.seek(self._count * SIDE * SIDE)
        self._file.write(thumb.tobytes())
        self._count += 1
        return self._count - 1

    def __enter__(self) -> "Thumbs":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __getitem__(self, place: int) -> Thumb:
        self._file.seek(place * SIDE * SIDE)
        return np.frombuffer(self._file.read(SIDE * SIDE), np.uint8).reshape(SIDE, SIDE)


def _print(image: Image) -> Print | None:
    return fingerprint.of(image.pixels) if min(image.height, image.width) >= _LEAST else None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
