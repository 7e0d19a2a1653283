"""How strong the noise is, for restorers that were not told."""

import numpy as np

from relume.image import Pixels


def estimate_sigma(pixels: Pixels) -> float:
    """The standard deviation of white noise, from the finest diagonal Haar details of all channels.

    Half of a natural picture's diagonal details are next to nothing, so their median size is that of the noise.

    Reference: Donoho & Johnstone, "Ideal spatial adaptation by wavelet shrinkage", Biometrika 1994.

    >>> estimate_sigma(np.zeros((4, 4, 1), np.float32))
    0.0
    """
    height, width = (side // 2 * 2 for side in pixels.shape[:2])
    if not (height and width):
        return 0.0
    even, odd = pixels[:height:2], pixels[1:height:2]
    detail = (even[:, :width:2] - even[:, 1:width:2] - odd[:, :width:2] + odd[:, 1:width:2]) / 2
    return float(np.median(np.abs(detail))) / 0.6744897501960817
