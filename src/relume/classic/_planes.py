"""OpenCV's filters on pictures of any number of channels."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from relume.image import Pixels

STRIP_PIXELS = 1 << 20


def strips(height: int, width: int) -> Iterator[slice]:
    """Rows, about a megapixel at a time: what looks at each pixel alone then needs no large temporary arrays.

    >>> [(rows.start, rows.stop) for rows in strips(5, STRIP_PIXELS // 2)]
    [(0, 2), (2, 4), (4, 6)]
    """
    rows = max(1, STRIP_PIXELS // max(1, width))
    for top in range(0, height, rows):
        yield slice(top, top + rows)


def filtered(operation: Callable[[Any], Any], pixels: Pixels) -> Pixels:
    """What `operation` makes of a picture; grey and RGB at once, any other number of channels one by one.

    OpenCV returns one channel without its axis, and several of its filters take at most three or four channels.
    """
    if pixels.shape[2] in (1, 3):
        return operation(pixels).reshape(pixels.shape)
    return channelwise(operation, pixels)


def channelwise(operation: Callable[[Any], Any], pixels: Pixels) -> Pixels:
    """What `operation` makes of each channel by itself."""
    planes = [operation(np.ascontiguousarray(pixels[..., i])) for i in range(pixels.shape[2])]
    return np.stack(planes, axis=2)
