"""Light without colour: a change of lightness that leaves hue and saturation alone."""

from collections.abc import Callable

import numpy as np

from relume.classic._planes import channelwise, strips
from relume.image import Pixels, Plane

LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)  # BT.709, the primaries of sRGB

# Ratios are taken from a little below black: in near-black pixels the colour is mostly noise, and a plain ratio
# would turn it into bright specks.
FOOT = np.float32(0.02)


def luma(pixels: Pixels) -> Plane:
    """The lightness of an RGB picture as it is encoded: BT.709 luma.

    >>> luma(np.full((1, 1, 3), 0.5, np.float32))
    array([[0.5]], dtype=float32)
    """
    return pixels @ LUMA


def by_lightness(curve: Callable[[Plane], Plane], pixels: Pixels) -> Pixels:
    """The picture with `curve` applied to its lightness (RGB), or to each channel (any other number of them)."""
    if pixels.shape[2] != 3:
        return channelwise(curve, pixels)
    before = luma(pixels)
    after = curve(before)
    result = np.empty_like(pixels)
    for rows in strips(*before.shape):
        result[rows] = relit(pixels[rows], before[rows], after[rows])
    return result


def relit(pixels: Pixels, before: Plane, after: Plane) -> Pixels:
    """The RGB picture whose luma is `after` instead of `before`: hues stay, and no channel is pushed beyond white.

    Channels are scaled together; where the largest would leave the range, the colour moves towards grey of the same
    luma until it fits.

    Reference: Naik & Murthy, "Hue-preserving color image enhancement without gamut problem", IEEE TIP 2003.
    """
    start = np.maximum(before, 0)
    foot = np.where(after > start, FOOT, np.float32(1e-6))
    gain = ((after + foot) / (start + foot))[..., None]
    result = (pixels + foot[..., None]) * gain - foot[..., None]
    limit = np.maximum(1, pixels.max(axis=2))
    top = result.max(axis=2)
    room = np.maximum(limit - after, 0) / np.maximum(top - after, np.float32(1e-6))
    keep = np.where(top > limit, np.minimum(room, 1), np.float32(1))[..., None]
    grey = after[..., None]
    return grey + (result - grey) * keep
