"""Pictures to bytes: planned before the first row, written in one step after the last."""

import io
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from relume.errors import BadInputError, CannotKeepError, ShapeMismatchError
from relume.files._atomic import check_target, part_path, write_error, written
from relume.files._open import families, family_of
from relume.files._samples import to_samples
from relume.files._spool import Spool
from relume.files._streams import AbstractWriter, Plan, Shape, Wish
from relume.image import Depth, Image, Kept, Pixels, Plane

_ROWS = 256


def writable() -> dict[str, str]:
    """Ending of a name: format that is written for it."""
    return {ending: name for family in families() for ending, name in family.writable.items()}


def format_for(path: str | Path) -> str:
    """The format that the ending of a name asks for.

    >>> format_for("scan.tif")
    'tiff'
    """
    ending = Path(path).suffix.lower()
    known = writable()
    if ending in known:
        return known[ending]
    if ending == ".gif":
        raise CannotKeepError("GIF holds 256 colours, too few for a restored picture. Write PNG instead.")
    if any(ending in family.readable for family in families()):
        raise CannotKeepError(f"{ending} files are read, but not written. Write TIFF instead.")
    came = f"{ending} was given" if ending else f"{Path(path).name!r} has none"
    raise BadInputError(f"The ending of the name says which format to write, but {came}. Known: {', '.join(known)}.")


def writer(
    path: str | Path,
    *,
    kept: Kept,
    height: int,
    width: int,
    channels: int,
    has_alpha: bool = False,
    overwrite: bool = True,
    quality: int | None = None,
    chroma: str | None = None,
    depth: Depth | None = None,
    lossless: bool | None = None,
) -> AbstractWriter:
    """Takes a picture as strips, in a `with`; the file appears as a whole at its end, or not at all.

    Raises CannotKeepError at once where the format cannot hold the depth, the alpha or the colour.
    """
    wish = Wish(quality=quality, chroma=chroma, depth=depth, lossless=lossless)
    shape = Shape(height=height, width=width, channels=channels, has_alpha=has_alpha)
    format = format_for(path)
    plan = family_of(format).plan(kept, format, shape, wish)
    return FileWriter(plan, Path(path), overwrite=overwrite)


def save(
    image: Image,
    path: str | Path,
    *,
    quality: int | None = None,
    chroma: str | None = None,
    depth: Depth | None = None,
    lossless: bool | None = None,
    overwrite: bool = True,
) -> list[str]:
    """Write a picture atomically, in the format that the ending of `path` names; returns what could not be kept.

    Args:
        image: what to write.
        path: its ending names the format.
        quality: 1 to 100 of JPEG, WebP, AVIF; a JPEG's own where None (95 for pictures from elsewhere).
        chroma: "4:4:4" or "4:2:0"; the source's where None.
        depth: "uint8", "uint16" or "float32", to round to; the source's where None.
        lossless: of WebP and AVIF; where None, as the source was.
        overwrite: a file that is there already.

    Raises:
        CannotKeepError: the format cannot hold the depth, the alpha or the colour.
        WriteError: the disk is full, the folder is missing or cannot be written.
    """
    strips = writer(
        path,
        kept=image.kept,
        height=image.height,
        width=image.width,
        channels=image.channels,
        has_alpha=image.alpha is not None,
        overwrite=overwrite,
        quality=quality,
        chroma=chroma,
        depth=depth,
        lossless=lossless,
    )
    with strips:
        _feed(strips, image)
    return strips.notes


def encode(
    image: Image,
    format: str,
    *,
    quality: int | None = None,
    chroma: str | None = None,
    depth: Depth | None = None,
    lossless: bool | None = None,
    notes: list[str] | None = None,
) -> bytes:
    """The bytes of a file of that format ("png", "tiff", …), for standard output and services.

    Options as of `save`; what could not be kept is added to `notes`.
    """
    wish = Wish(quality=quality, chroma=chroma, depth=depth, lossless=lossless)
    name = format.lower().removeprefix(".")
    name = writable().get(f".{name}", name)
    if name not in writable().values():
        name = format_for(f"picture.{name}")
    shape = Shape(height=image.height, width=image.width, channels=image.channels, has_alpha=image.alpha is not None)
    family = family_of(name)
    plan = family.plan(image.kept, name, shape, wish)
    out = io.BytesIO()
    with Spool((shape.height, shape.width, shape.bands), plan.scale.dtype, place=None) as spool:
        for top in range(0, shape.height, _ROWS):
            spool.add(to_samples(*_rows(image, top), plan.scale))
        late = family.encode(plan, spool, out)
    if notes is not None:
        notes += [*plan.notes, *late]
    return out.getvalue()


class FileWriter(AbstractWriter):
    """Collects rows, then encodes them into a part file and renames it."""

    def __init__(self, plan: Plan, path: Path, *, overwrite: bool) -> None:
        check_target(path, overwrite=overwrite)
        self.notes = list(plan.notes)
        self._plan, self._path, self._overwrite = plan, path, overwrite
        self._stack = ExitStack()
        self._spool: Spool | None = None

    def __enter__(self) -> "FileWriter":
        shape = self._plan.shape
        try:
            spool = Spool(
                (shape.height, shape.width, shape.bands), self._plan.scale.dtype, place=lambda: part_path(self._path)
            )
        except OSError as error:
            raise write_error(self._path, error) from error
        self._spool = self._stack.enter_context(spool)
        return self

    def write(self, pixels: Pixels, alpha: Plane | None = None) -> None:
        """The next rows."""
        shape, spool = self._plan.shape, self._spool
        if spool is None:
            raise BadInputError("The writer is not open. Use it in a `with`.")
        expected = (shape.width, shape.channels, shape.has_alpha)
        came = (pixels.shape[1], pixels.shape[2], alpha is not None)
        if came != expected or spool.rows + pixels.shape[0] > shape.height:
            raise ShapeMismatchError(
                f"Rows of (width, channels, alpha) {expected} were expected, {shape.height - spool.rows} at most; "
                f"{pixels.shape[0]} of {came} came."
            )
        samples = to_samples(pixels, alpha, self._plan.scale)
        try:
            spool.add(samples)
        except OSError as error:
            raise write_error(self._path, error) from error

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._stack:
            if kind is not None or self._spool is None:
                return
            if self._spool.rows != self._plan.shape.height:
                raise ShapeMismatchError(
                    f"{self._plan.shape.height} rows were promised, but {self._spool.rows} came; nothing was written."
                )
            with written(self._path, overwrite=self._overwrite) as out:
                notes: Any = family_of(self._plan.format).encode(self._plan, self._spool, out)
            self.notes += notes


def _feed(strips: AbstractWriter, image: Image) -> None:
    for top in range(0, image.height, _ROWS):
        strips.write(*_rows(image, top))


def _rows(image: Image, top: int) -> tuple[Pixels, Plane | None]:
    rows = slice(top, top + _ROWS)
    return image.pixels[rows], None if image.alpha is None else image.alpha[rows]
