"""OpenCV's filters on pictures of any number of channels."""

from collections.abc import Callable
from typing import Any

import numpy as np

from relume.image import Pixels


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
