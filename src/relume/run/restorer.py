"""The chain, and the only file that knows its order: strips → tiles → before → model → after → strength → blend."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float32

from relume.classic import CLASSIC
from relume.errors import BadInputError, OutOfMemoryError
from relume.files import AbstractReader
from relume.image import Box, Pixels, Plane
from relume.run.manifest import Manifest
from relume.run.noise import Treatment
from relume.run.plan import fit
from relume.run.session import Session
from relume.run.tile import Canvas, Grid

FAR = (-3.0, 4.0)  # values beyond are no noise around black and white any more
Sink = Callable[[Pixels, Plane | None], None]


@dataclass(frozen=True)
class Restorer:
    """A model that is ready to run: what it promises, and the session that keeps it."""

    manifest: Manifest
    session: Session


@dataclass(frozen=True, kw_only=True)
class Steps:
    """What is done to every tile of one picture.

    Attributes:
        restorer: the model.
        treatment: of the damage, for models that are told its level; None for others.
        strength: share of the restorer's change that is made.
        mask: what each pixel's strength is multiplied by; None: 1 everywhere.
    """

    restorer: Restorer
    treatment: Treatment | None = None
    strength: float = 1.0
    mask: Plane | None = None

    @property
    def halo(self) -> int | None:
        """Pixels beyond a tile's part that are needed; None when the whole picture is."""
        halo = self.restorer.manifest.halo
        return None if halo is None else halo + (self.treatment.halo if self.treatment else 0)


@dataclass
class Tile:
    """A part of a picture on its way through the model; alpha rides along where the size changes."""

    job: "Job"
    index: int
    box: Box
    pixels: Pixels
    alpha: Plane | None = None


Work = tuple[Steps, Pixels]


def run_tiles(work: list[Work]) -> list[Pixels]:
    """The restored tiles, all of one shape and for one restorer, in one run; in smaller ones where memory is short."""
    try:
        return _run_batch(work)
    except OutOfMemoryError:
        if len(work) > 1:
            return [run_tiles([one])[0] for one in work]
        return [_run_in_parts(*work[0])]


def _run_batch(work: list[Work]) -> list[Pixels]:
    gaps = [~np.isfinite(tile) for _, tile in work]
    if not any(gap.any() for gap in gaps):
        return _run_finite(work)
    # A missing value (NaN in a float TIFF) stays one; its neighbours must not catch it from the model.
    filled = [(steps, np.where(gap, _middle(tile), tile)) for (steps, tile), gap in zip(work, gaps, strict=True)]
    scale = work[0][0].restorer.manifest.scale
    return [
        np.where(gap.repeat(scale, 0).repeat(scale, 1), tile.repeat(scale, 0).repeat(scale, 1), restored)
        for (_, tile), gap, restored in zip(work, gaps, _run_finite(filled), strict=True)
    ]


def _middle(tile: Pixels) -> np.float32:
    """The median of what is there."""
    finite = tile[np.isfinite(tile)]
    return np.float32(np.median(finite) if finite.size else 0)


def _check_range(tile: Pixels) -> None:
    """BadInputError for float values that mean something else than 0 black, 1 white: a net would ruin them."""
    low, high = float(tile.min()), float(tile.max())
    if not (low > FAR[0] and high < FAR[1]):
        raise BadInputError(
            f"Values run from {low:g} to {high:g}; models take 0 (black) to 1 (white). Divide by the value of white "
            "first."
        )


def _run_finite(work: list[Work]) -> list[Pixels]:
    restorer = work[0][0].restorer
    if not restorer.manifest.is_classical:
        for _, tile in work:
            _check_range(tile)
    channels = restorer.manifest.channels
    parts = [(steps, part) for steps, tile in work for part in _split(tile, channels)]
    treated = [steps.treatment.before(part) if steps.treatment else (part, None) for steps, part in parts]
    image = np.stack([_widened(pixels, channels) for pixels, _ in treated])
    levels = [level for _, level in treated if level is not None]
    inputs = {restorer.manifest.told: np.stack(levels)} if restorer.manifest.told else {}
    restored = restorer.session.run(image, inputs)
    finished = [
        _finished(steps, _narrowed(pixels, part.shape[2]))
        for (steps, part), pixels in zip(parts, restored, strict=True)
    ]
    each = len(parts) // len(work)
    return [np.concatenate(finished[at : at + each], axis=2) for at in range(0, len(finished), each)]


def _finished(steps: Steps, pixels: Pixels) -> Pixels:
    return steps.treatment.after(pixels) if steps.treatment else pixels


def _run_in_parts(steps: Steps, tile: Pixels) -> Pixels:
    """One tile as four or more smaller ones, blended, since it does not fit into memory as a whole."""
    manifest = steps.restorer.manifest
    if steps.halo is None:
        raise OutOfMemoryError(
            f"{manifest.name} needs the whole picture at once, and {tile.shape[1]}x{tile.shape[0]} pixels do not fit."
        )
    height, width = tile.shape[:2]
    side = max(height, width) // 2
    try:
        grid = fit(height, width, manifest=manifest, halo=steps.halo, side=side) if side else None
    except BadInputError:  # tiles of half the side leave no room beside the halo
        grid = None
    if grid is None:
        raise OutOfMemoryError(f"Not even a tile of {width}x{height} pixels fits. Free memory, or use a smaller model.")
    canvas = Canvas(grid, channels=tile.shape[2], scale=manifest.scale)
    done: list[Pixels] = []
    for row in grid.rows():
        for box in row:
            canvas.add(box, run_tiles([(steps, cut(tile, box))])[0])
        done.append(canvas.advance(row[0].top))
    return np.concatenate(done)


def _split(tile: Pixels, channels: int) -> list[Pixels]:
    """What a model of `channels` takes: the tile, or each of its channels as a grey picture."""
    if channels in (0, tile.shape[2]):
        return [tile]
    return [tile[..., place : place + 1] for place in range(tile.shape[2])]


def _widened(pixels: Pixels, channels: int) -> Pixels:
    return pixels if channels in (0, pixels.shape[2]) else np.repeat(pixels, channels, axis=2)


def _narrowed(pixels: Pixels, channels: int) -> Pixels:
    return pixels if pixels.shape[2] == channels else pixels.mean(axis=2, keepdims=True, dtype=np.float32)


def cut(pixels: Float32[np.ndarray, "_h _w ..."], box: Box) -> Float32[np.ndarray, "..."]:
    """The part of `pixels` in `box`, mirrored (or repeated, where there is too little) where the box reaches beyond."""
    part = pixels[box.window]
    missing = (box.height - part.shape[0], box.width - part.shape[1])
    if missing == (0, 0):
        return np.ascontiguousarray(part)
    for axis, count in enumerate(missing):
        pad = [(0, 0)] * part.ndim
        pad[axis] = (0, count)
        # Reflect needs fewer pixels than the side has.
        part = np.pad(part, pad, mode="reflect" if count < part.shape[axis] else "edge")
    return part


@dataclass
class Job:
    """One picture's way through the chain: `tiles` reads strips, `accept` takes results, `sink` gets strips.

    One thread iterates `tiles`; any threads call `accept`. Results are blended in the grid's order whatever order they
    come in, so the picture is the same to the bit however many threads work on it.
    """

    steps: Steps
    grid: Grid
    reader: AbstractReader
    sink: Sink
    on_rows: Callable[[int], None] = lambda _: None

    def __post_init__(self) -> None:
        self.scale = self.steps.restorer.manifest.scale
        self._lock = threading.Lock()
        self._waiting: dict[int, Pixels] = {}
        self._next = 0
        self._boxes = [box for row in self.grid.rows() for box in row]
        self._per_row = len(self.grid.lefts)
        carried = self.reader.has_alpha and self.scale > 1
        self._canvas = Canvas(self.grid, channels=self.reader.channels + carried, scale=self.scale)
        self._alpha: deque[Plane] = deque()

    @property
    def count(self) -> int:
        """Tiles in all."""
        return len(self._boxes)

    def tiles(self) -> Iterator[Tile]:
        """Reads the picture strip by strip; each tile carries its own pixels."""
        buffer = np.zeros((0, self.grid.width, self.reader.channels), np.float32)
        alpha = np.zeros((0, self.grid.width), np.float32) if self.reader.has_alpha and self.scale > 1 else None
        top, index = 0, 0
        for row in self.grid.rows():
            start = row[0].top
            stop = min(start + self.grid.tile_height, self.grid.height)
            fresh, opacity = self._read(stop - top - len(buffer))
            buffer = np.concatenate([buffer[start - top :], fresh])
            if alpha is not None and opacity is not None:
                alpha = np.concatenate([alpha[start - top :], opacity])
            elif opacity is not None:
                self._alpha.append(opacity)
            top = start
            for box in row:
                here = Box(0, box.left, box.height, box.width)
                yield Tile(self, index, box, cut(buffer, here), None if alpha is None else cut(alpha, here))
                index += 1

    def accept(self, tile: Tile, restored: Pixels) -> None:
        """Take a tile's result; rows that are finished go to the sink."""
        mixed = self._mixed(tile, restored)
        with self._lock:
            self._waiting[tile.index] = mixed
            while self._next in self._waiting:
                box = self._boxes[self._next]
                self._canvas.add(box, self._waiting.pop(self._next))
                self._next += 1
                if self._next % self._per_row == 0:
                    self._emit(box.top)

    def _emit(self, top: int) -> None:
        rows = self._canvas.advance(top)
        if len(rows):
            self.sink(rows[..., : self.reader.channels], self._opacity(rows))
            self.on_rows(len(rows))

    def _opacity(self, rows: Pixels) -> Plane | None:
        if not self.reader.has_alpha:
            return None
        if self.scale > 1:
            return rows[..., -1].clip(0, 1)
        # `tiles` appends in another thread: strips are only taken from the left, and put back there.
        parts: list[Plane] = []
        missing = len(rows)
        while missing:
            strip = self._alpha.popleft()
            parts.append(strip[:missing])
            if len(strip) > missing:
                self._alpha.appendleft(strip[missing:])
            missing -= len(parts[-1])
        return np.concatenate(parts)

    def _mixed(self, tile: Tile, restored: Pixels) -> Pixels:
        if self.steps.strength != 1 or self.steps.mask is not None:
            plain = tile.pixels if self.scale == 1 else enlarged(tile.pixels, self.scale)
            with np.errstate(invalid="ignore"):
                mixed = plain + self._strength(tile.box) * (restored - plain)
            restored = np.where(np.isfinite(plain), mixed, restored)  # infinity less infinity is no number
        if tile.alpha is None:
            return restored
        return np.concatenate([restored, enlarged(tile.alpha[..., None], self.scale)], axis=2)

    def _strength(self, box: Box) -> Any:
        """One number, or one for each pixel of the tile's result."""
        strength = np.float32(self.steps.strength)
        if self.steps.mask is None:
            return strength
        mask = cut(self.steps.mask, box)[..., None]
        return strength * (mask if self.scale == 1 else enlarged(mask, self.scale).clip(0, 1))

    def _read(self, rows: int) -> tuple[Pixels, Plane | None]:
        if rows <= 0:
            empty = np.zeros((0, self.grid.width, self.reader.channels), np.float32)
            return empty, np.zeros((0, self.grid.width), np.float32) if self.reader.has_alpha else None
        return self.reader.read(rows)


def enlarged(pixels: Pixels, scale: int) -> Float32[np.ndarray, "H W c"]:
    """Plain bicubic interpolation: what strength 0 means for an upscaler."""
    return CLASSIC["bicubic"](scale=scale)(pixels)


def check_strength(strength: Any) -> float:
    """`strength` if it is in [0, 1].

    >>> check_strength(0.5)
    0.5
    """
    if not isinstance(strength, int | float | np.number) or not 0 <= strength <= 1:
        raise BadInputError(f"strength goes from 0 (unchanged) to 1 (the model's full effect), not {strength}.")
    return float(strength)
