"""From a source and a wish to a job: look, decide, plan."""

import os
import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from relume.errors import BadInputError, ShapeMismatchError
from relume.files import AbstractReader
from relume.image import Image, Pixels, Plane
from relume.run.plan import check_whole, fit, side_within
from relume.run.restorer import Job, Restorer, Sink
from relume.run.route import Wish, route
from relume.run.sample import WHOLE, sample
from relume.run.source import ImageReader, Source
from relume.run.tile import Grid

DEFAULT_LIMIT = 700_000_000  # bytes that tiles and strips may take beside the runtime itself
SHARE_OF_MACHINE = 0.5  # what a model may take that needs the whole picture at once, unless a limit is given
COPY_ROWS = 256


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What an engine was built with.

    Attributes:
        tile_size: largest side of a tile; None: the model's preferred one, or less to stay within the limit.
        memory_limit: bytes that pictures in flight may take; None: a careful default.
        workers: runs that go on at once.
        fixed: all tiles of all pictures have one shape, so that they fill common batches.
    """

    restorer: Restorer
    tile_size: int | None = None
    memory_limit: int | None = None
    workers: int = 1
    fixed: bool = False


@dataclass(frozen=True)
class Prepared:
    """A picture that is open and planned.

    Attributes:
        reader: at the picture's first row.
        make_job: None when nothing is to be changed: the strips are copied.
        details: what was found and decided.
        notes: what a person should know of it.
    """

    reader: AbstractReader
    make_job: Callable[[Sink, Callable[[int], None]], Job] | None
    details: dict[str, Any]
    notes: tuple[str, ...] = ()


def prepare(source: Source, wish: Wish, setup: Setup, stack: ExitStack) -> Prepared:
    """Open, look and plan; what is opened is closed by `stack`."""
    reader = stack.enter_context(source.open())
    crops: list[Pixels] = []
    if wish.needs_a_look(setup.restorer):
        if reader.height * reader.width <= WHOLE:
            pixels, alpha = reader.read(reader.height)
            crops = [pixels]
            reader = ImageReader(Image(pixels=pixels, alpha=alpha, kept=reader.kept))
        else:
            with source.open() as look:
                crops = sample(look)
    decided = route(setup.restorer, wish, crops, reader.kept)
    if decided.steps is None:
        return Prepared(reader, None, decided.details, decided.notes)
    steps = replace(decided.steps, mask=read_mask(wish.mask, height=reader.height, width=reader.width))
    grid = plan(reader, setup, halo=steps.halo)

    def make_job(sink: Sink, on_rows: Callable[[int], None]) -> Job:
        return Job(steps, grid, reader, sink, on_rows)

    return Prepared(reader, make_job, decided.details, decided.notes)


def plan(reader: AbstractReader, setup: Setup, *, halo: int | None) -> Grid:
    """The tiles of a picture; the same for the same picture and settings, however many workers there are."""
    manifest, limit = setup.restorer.manifest, setup.memory_limit
    height, width, channels = reader.height, reader.width, reader.channels
    if halo is None:
        whole = limit or int(SHARE_OF_MACHINE * _machine_bytes())
        check_whole(whole, manifest=manifest, height=height, width=width, channels=channels)
        return fit(height, width, manifest=manifest, halo=None)
    side = setup.tile_size
    if side is None:
        limit = limit or DEFAULT_LIMIT
        side = side_within(limit, manifest=manifest, halo=halo, width=width, channels=channels)
    return fit(height, width, manifest=manifest, halo=halo, side=side, fixed=setup.fixed)


def read_mask(mask: Any, *, height: int, width: int) -> Plane | None:
    """Where a restorer may act: 0 to 1 for each pixel of a picture of that size; colours count as their mean.

    Raises ShapeMismatchError for a mask of another size.
    """
    if mask is None:
        return None
    if isinstance(mask, np.ndarray) and mask.dtype == bool:
        mask = mask.astype(np.float32)
    with Source.of(mask).open() as reader:
        if (reader.height, reader.width) != (height, width):
            raise ShapeMismatchError(
                f"The mask is {reader.width}x{reader.height}, but the picture is {width}x{height}. Give a mask of the "
                "picture's size."
            )
        pixels, _ = reader.read(height)
    return pixels.mean(axis=2).clip(0, 1)


def noted(image: Image, prepared: Prepared) -> Image:
    """The restored picture with what a person should know of it among its notes."""
    return replace(image, kept=replace(image.kept, notes=(*image.kept.notes, *prepared.notes)))


def copy(reader: AbstractReader, sink: Sink, on_rows: Callable[[int], None] = lambda _: None) -> None:
    """Strength 0: the pixels go through untouched."""
    left = reader.height
    while left:
        pixels, alpha = reader.read(min(COPY_ROWS, left))
        sink(pixels, alpha)
        on_rows(len(pixels))
        left -= len(pixels)


def memory_bytes(limit: str | int | None) -> int | None:
    """Bytes of "2GB", "800 MB", "1.5GiB" or a number.

    >>> memory_bytes("1.5GB"), memory_bytes("64 MiB"), memory_bytes(1000)
    (1500000000, 67108864, 1000)
    """
    if limit is None or isinstance(limit, int):
        return limit
    units = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "KI": 2**10, "MI": 2**20, "GI": 2**30}
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMG]I?)?B?\s*", limit.upper())
    if not found or float(found[1]) <= 0:
        raise BadInputError(f"memory_limit is a size such as 2GB or 800MB, not {limit!r}.")
    return int(float(found[1]) * units[found[2] or ""])


def usable_cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _machine_bytes() -> int:
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return 8 * 10**9  # Windows tells through another door; a common size
