"""What may be handed in, and how it goes back: paths, bytes, Image, arrays, PIL pictures."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from relume.files import AbstractReader, Limits
from relume.files import reader as file_reader
from relume.image import Image, Pixels, Plane


class ImageReader(AbstractReader):
    """Reads an Image that is in memory as if it were a file: strip by strip."""

    def __init__(self, image: Image) -> None:
        self._image, self._row = image, 0
        self.height, self.width, self.channels = image.pixels.shape
        self.has_alpha, self.kept = image.alpha is not None, image.kept

    def read(self, rows: int) -> tuple[Pixels, Plane | None]:
        """The next `rows` rows."""
        here = slice(self._row, self._row + rows)
        self._row += rows
        return self._image.pixels[here], None if self._image.alpha is None else self._image.alpha[here]

    def close(self) -> None:
        """There is nothing to let go of."""


class ImageWriter:
    """Collects strips into an Image."""

    def __init__(self, like: Any, *, scale: int) -> None:
        shape = (like.height * scale, like.width * scale)
        self._pixels = np.empty((*shape, like.channels), np.float32)
        self._alpha = np.empty(shape, np.float32) if like.has_alpha else None
        self._kept, self._row = like.kept, 0

    def write(self, pixels: Pixels, alpha: Plane | None) -> None:
        """The next strip."""
        here = slice(self._row, self._row + len(pixels))
        self._pixels[here] = pixels
        if self._alpha is not None and alpha is not None:
            self._alpha[here] = alpha
        self._row += len(pixels)

    def image(self) -> Image:
        """What was written."""
        return Image(pixels=self._pixels, alpha=self._alpha, kept=self._kept)


@dataclass(frozen=True)
class Source:
    """A picture that can be read more than once, and the way back to the type it came as.

    Attributes:
        name: for messages.
        open: a new reader from the first row on.
        back: from the restored Image to the type that was handed in; a path or bytes give an Image.
        unchanged: what was handed in, copied, where no rounding may touch it: a float64 array has more digits than
            an Image. None where the Image is as good.
        file: the path or the bytes that it is read from; None for pictures in memory.
    """

    name: str
    open: Callable[[], AbstractReader]
    back: Callable[[Image], Any]
    unchanged: Callable[[], Any] | None = None
    file: str | Path | bytes | None = None

    @classmethod
    def of(cls, thing: Any, *, channel_order: str = "rgb", limits: Limits | None = None) -> "Source":
        """The source that `thing` is: a path, bytes, an Image, a NumPy array or a PIL picture.

        It is looked at when it is opened, and refused then where it is no picture.
        """
        limits = limits or Limits()
        if isinstance(thing, str | Path):
            return cls(str(thing), lambda: file_reader(thing, limits=limits), lambda image: image, file=thing)
        if isinstance(thing, bytes):
            return cls("bytes", lambda: file_reader(thing, limits=limits), lambda image: image, file=thing)
        if isinstance(thing, Image):
            return cls("image", lambda: ImageReader(thing), lambda image: image)
        image = functools.cache(lambda: Image.from_array(thing, channel_order=channel_order))
        return cls(
            "array",
            lambda: ImageReader(image()),
            lambda restored: replace(restored, kept=image().kept).to_array(like=thing),
            lambda: _copied(thing),
        )


def _copied(thing: Any) -> Any:
    return thing.copy()
