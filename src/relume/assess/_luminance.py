"""Luminance of a picture of any number of channels."""

import numpy as np
from jaxtyping import Float32

from relume.image import Pixels

_BT601 = np.array([0.299, 0.587, 0.114], np.float32)


def of(pixels: Pixels) -> Float32[np.ndarray, "h w"]:
    """BT.601 luminance of three channels, the mean of any other number.

    >>> of(np.ones((1, 2, 3), np.float32)).round(3).tolist()
    [[1.0, 1.0]]
    """
    if pixels.shape[2] == 3:
        return pixels @ _BT601
    return pixels.mean(2)
