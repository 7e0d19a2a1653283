"""A look at a picture of any size in bounded memory: the whole of a small one, evenly spread crops of a large one."""

from collections.abc import Iterator

from relume.files import AbstractReader
from relume.image import Pixels

WHOLE = 2_000_000  # pixels; up to here the picture itself is the sample
CROP = 256
CROPS_ACROSS = 7


def sample(reader: AbstractReader) -> list[Pixels]:
    """Crops that an assessor takes for the picture; reads the whole of `reader`."""
    if reader.height * reader.width <= WHOLE:
        return [reader.read(reader.height)[0]]
    lefts = _spread(reader.width)
    crops: list[Pixels] = []
    row = 0
    for top in _spread(reader.height):
        for rows in _skip(top - row):
            reader.read(rows)
        strip, _ = reader.read(min(CROP, reader.height - top))
        crops += [strip[:, left : left + CROP].copy() for left in lefts]
        row = top + len(strip)
    return crops


def _spread(length: int) -> list[int]:
    """Offsets of up to `CROPS_ACROSS` crops that do not overlap."""
    count = max(1, min(CROPS_ACROSS, length // CROP))
    room = max(0, length - CROP)
    # Multiples of 8, so that a JPEG grid keeps its place.
    return [room * place // max(1, count - 1) // 8 * 8 for place in range(count)]


def _skip(rows: int) -> Iterator[int]:
    """The strips to read over, none larger than a crop, so that memory stays flat."""
    while rows > 0:
        yield min(rows, CROP)
        rows -= CROP
