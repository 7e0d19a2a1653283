"""Tiles: plan, trust, blend. A tiled result equals the untiled one."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from relume.errors import BadInputError
from relume.image import Box, Pixels


def starts(length: int, size: int, overlap: int, *, step: int = 1) -> list[int]:
    """Offsets, multiples of `step`, of windows of `size` that cover `length`, neighbours sharing at least `overlap`.

    Only the last window may reach beyond `length`, by less than `step`.

    >>> starts(10, size=4, overlap=1)
    [0, 3, 6]
    >>> starts(3, size=4, overlap=1)
    [0]
    >>> starts(30, size=16, overlap=2, step=8)
    [0, 8, 16]
    """
    if length <= size:
        return [0]
    if not 0 <= overlap < size:
        raise BadInputError(f"overlap must be in [0, {size}), the tile size, but is {overlap}. Choose larger tiles.")
    cells, window = math.ceil(length / step), size // step  # in steps, so that every start lies on the grid
    shared = math.ceil(overlap / step)
    if shared >= window:
        raise BadInputError(f"Tiles of {size} pixels are too small for an overlap of {overlap} on a grid of {step}.")
    count = math.ceil((cells - shared) / (window - shared))
    # Spread evenly: a last window pushed back onto its neighbour would mostly repeat its work.
    return [step * (i * (cells - window) // (count - 1)) for i in range(count)]


def trust(start: int, size: int, length: int, *, halo: int, ramp: int) -> Float32[np.ndarray, " {size}"]:
    """How far to trust each pixel of a window: 0 where a cut is felt, rising over `ramp` pixels.

    >>> trust(0, size=8, length=16, halo=2, ramp=2)   # cut on the right only
    array([3., 3., 3., 3., 2., 1., 0., 0.], dtype=float32)
    """
    place = np.arange(size)
    before = place if start > 0 else np.inf
    after = size - 1 - place if start + size < length else np.inf
    from_cut = np.broadcast_to(np.minimum(before, after), size)
    return np.clip(from_cut - halo + 1, 0, ramp + 1).astype(np.float32)


@dataclass(frozen=True)
class Grid:
    """Where the tiles of a picture lie: one size for all, so that they fill batches of one shape.

    Attributes:
        height, width: of the picture, before scaling.
        size: side of the (square) tiles; a picture smaller than that has one tile, padded.
        halo: pixels of a tile that are felt by its cut and not trusted.
        ramp: pixels over which neighbours are blended.
        step: the tiles' starts are multiples of it (the net's own grid).
    """

    height: int
    width: int
    tile_height: int
    tile_width: int
    halo: int
    ramp: int
    step: int = 1

    @property
    def tops(self) -> list[int]:
        """First rows of the rows of tiles."""
        return starts(self.height, self.tile_height, 2 * self.halo + self.ramp, step=self.step)

    @property
    def lefts(self) -> list[int]:
        """First columns of the tiles of each row."""
        return starts(self.width, self.tile_width, 2 * self.halo + self.ramp, step=self.step)

    def rows(self) -> Iterator[list[Box]]:
        """The tiles, row by row; a tile may reach beyond the picture's right and lower rim."""
        lefts = self.lefts
        for top in self.tops:
            yield [Box(top, left, self.tile_height, self.tile_width) for left in lefts]

    def weights(self, box: Box, *, scale: int = 1) -> tuple[np.ndarray, np.ndarray]:
        """How far to trust the rows and the columns of a tile's result."""
        halo, ramp = self.halo * scale, self.ramp * scale
        rows = trust(box.top * scale, box.height * scale, self.height * scale, halo=halo, ramp=ramp)
        columns = trust(box.left * scale, box.width * scale, self.width * scale, halo=halo, ramp=ramp)
        return rows, columns


class Canvas:
    """Blends tiles that come row by row, and hands out the rows that no later tile touches."""

    def __init__(self, grid: Grid, *, channels: int, scale: int = 1) -> None:
        self._grid, self._scale = grid, scale
        self._width = grid.width * scale
        self._height = grid.height * scale
        self._top = 0  # first row that is not handed out yet
        rows = min(self._height, grid.tile_height * scale)
        self._sum = np.zeros((rows, self._width, channels), np.float32)
        self._weight = np.zeros((rows, self._width), np.float32)

    def add(self, box: Box, tile: Pixels) -> None:
        """Blend a tile's result in; tiles come in the grid's order."""
        scaled = box.scaled(self._scale)
        rows, columns = self._grid.weights(box, scale=self._scale)
        height = min(scaled.height, self._height - scaled.top)
        width = min(scaled.width, self._width - scaled.left)
        skip = max(0, self._top - scaled.top)  # rows handed out already carry no weight here
        here = slice(scaled.top + skip - self._top, scaled.top + height - self._top)
        there = slice(scaled.left, scaled.left + width)
        weight = rows[skip:height, None] * columns[None, :width]
        self._sum[here, there] += tile[skip:height, :width] * weight[..., None]
        self._weight[here, there] += weight

    def advance(self, top: int) -> Pixels:
        """The finished rows once the row of tiles that starts at `top` is in: those that no later tile touches."""
        later = [start for start in self._grid.tops if start > top]
        until = (later[0] + self._grid.halo) * self._scale if later else self._height
        count = until - self._top
        done = self._sum[:count] / self._weight[:count, :, None]
        for plane in (self._sum, self._weight):
            plane[: len(plane) - count] = plane[count:].copy()
            plane[len(plane) - count :] = 0
        self._top += count
        return done
