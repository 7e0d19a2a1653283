"""How large the tiles are: by the picture, the model's wishes, and the memory that may be used."""

import math

from relume.errors import BadInputError, OutOfMemoryError
from relume.run.manifest import Manifest
from relume.run.tile import Grid

RAMP = 16  # pixels over which neighbouring tiles are blended
# A run of a network holds a few layers of its features: bytes for each pixel of the tile. The shipped net took 370.
BYTES_PER_TILE_PIXEL = 400
# Strips of the picture that wait between reading, blending and writing: float32 numbers for each of their values.
COPIES_OF_STRIP = 6
COPIES_OF_PICTURE = 6


def fit(
    height: int, width: int, *, manifest: Manifest, halo: int | None, side: int | None = None, fixed: bool = False
) -> Grid:
    """Tiles of at most `side` pixels that cover the picture with the least waste; of just `side` when `fixed`.

    Raises BadInputError when `side` leaves no room beside the halo.
    """
    step = manifest.multiple_of
    if halo is None:
        up = (math.ceil(height / step) * step, math.ceil(width / step) * step)
        return Grid(height, width, *up, halo=0, ramp=0, step=step)
    halo = math.ceil(halo / step) * step if step > 1 else halo
    side = side or manifest.tile
    overlap = 2 * halo + RAMP
    smallest = math.ceil((overlap + 1) / step + 1) * step
    if side < smallest and (fixed or max(height, width) > side):
        raise BadInputError(f"{manifest.name} needs tiles of at least {smallest} pixels, but tile_size is {side}.")
    side = side // step * step
    tile_height, tile_width = ((side if fixed else _fitting(length, side, overlap, step)) for length in (height, width))
    return Grid(height, width, tile_height, tile_width, halo=halo, ramp=RAMP, step=step)


def _fitting(length: int, side: int, overlap: int, step: int) -> int:
    """The smallest tile that covers `length` with as few tiles as tiles of `side` would.

    >>> _fitting(500, 512, 80, 8), _fitting(600, 512, 80, 8)
    (504, 344)
    """
    if length <= side:
        return math.ceil(length / step) * step
    count = math.ceil((length - overlap) / (side - overlap))
    # Starts lie on the grid of steps, so neighbours may be one step further apart than an even spread.
    even = (length + (count - 1) * (overlap + step)) / count
    return min(side, math.ceil(even / step) * step)


def side_within(limit_bytes: int, *, manifest: Manifest, halo: int, width: int, channels: int) -> int:
    """The largest tile, up to the model's own, with which two runs and their strips stay within `limit_bytes`."""
    smallest = 2 * halo + 2 * RAMP + 2 * manifest.multiple_of
    per_row = width * channels * 4 * COPIES_OF_STRIP * manifest.scale**2
    for side in range(manifest.tile, smallest, -32):
        if 2 * side**2 * BYTES_PER_TILE_PIXEL * manifest.scale**2 + side * per_row <= limit_bytes:
            return side
    raise OutOfMemoryError(
        f"A picture {width} pixels wide needs more than {limit_bytes / 1e6:.0f} MB with {manifest.name}. "
        "Raise memory_limit."
    )


def runs_within(limit_bytes: int, *, manifest: Manifest, threads: int) -> int:
    """How many runs may go on at once: those that fit into half of `limit_bytes`, and the two `side_within` counts on.

    Threads beyond that make each run faster instead.
    """
    each = manifest.tile**2 * BYTES_PER_TILE_PIXEL * manifest.scale**2
    return min(threads, max(2, limit_bytes // (2 * each)))


def check_whole(limit_bytes: int, *, manifest: Manifest, height: int, width: int, channels: int) -> None:
    """OutOfMemoryError when a model that needs the whole picture at once would not stay within `limit_bytes`."""
    needed = height * width * channels * 4 * (COPIES_OF_PICTURE + manifest.scale**2)
    if needed > limit_bytes:
        raise OutOfMemoryError(
            f"{manifest.name} needs the whole picture at once: {width}x{height} takes about {needed / 1e6:.0f} MB, "
            f"and {limit_bytes / 1e6:.0f} MB may be used. Raise memory_limit."
        )
