"""Salt and pepper: pixels thrown to exactly 0 or 1, far from what is around them."""

from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from relume.assess._sample import Crop
from relume.image import Pixels

_FAR = 0.12  # from the median around it
_BAND = 0.08  # values so close to an extreme, but not at it
_EXACT = 0.5 / 255

Plane = Float32[np.ndarray, "_ _"]


def share(crops: Sequence[Crop]) -> float:
    """Share of samples that are salt or pepper; 0 where they are highlights, bars, text or clipped noise.

    >>> share([np.full((64, 64, 1), 0.5, np.float32)])
    0.0
    """
    planes = [np.ascontiguousarray(crop[..., k]) for crop in crops for k in range(crop.shape[2])]
    planes = [plane for plane in planes if min(plane.shape) >= 5]
    if not planes:
        return 0.0
    around = [cv2.medianBlur(plane, 5) for plane in planes]
    salt = _one_side(planes, around)
    pepper = _one_side([1 - plane for plane in planes], [1 - plane for plane in around])
    return float(min(1.0, salt + pepper))


def blank(crop: Pixels) -> Pixels:
    """NaN where at least one channel is at an extreme and far from the median around it."""
    return np.where(_located(crop, _around(crop)).any(2, keepdims=True), np.float32(np.nan), crop)


def fill(crop: Pixels) -> Pixels:
    """The median around each sample that is at an extreme and far from it."""
    around = _around(crop)
    return np.where(_located(crop, around), around, crop)


def _around(crop: Pixels) -> Pixels:
    if min(crop.shape[:2]) < 5:
        return crop
    return np.stack([cv2.medianBlur(np.ascontiguousarray(crop[..., k]), 5) for k in range(crop.shape[2])], axis=2)


def _located(crop: Pixels, around: Pixels) -> Bool[np.ndarray, "h w c"]:
    extreme = (np.abs(crop) <= _EXACT) | (np.abs(crop - 1) <= _EXACT)
    return extreme & (np.abs(crop - around) > _FAR)


def _one_side(planes: list[Plane], around: list[Plane]) -> float:
    """Share of salt among the pixels where salt could be told."""
    room = hits = near = pairs = 0
    for plane, median in zip(planes, around, strict=True):
        could = median < 1 - _FAR - _BAND
        apart = could & (plane - median > _FAR)
        at = apart & (np.abs(plane - 1) <= _EXACT)
        room += int(could.sum())
        hits += int(at.sum())
        near += int((apart & (plane >= 1 - _BAND) & ~at).sum())
        pairs += int((at[:, 1:] & at[:, :-1]).sum() + (at[1:] & at[:-1]).sum())
    # Highlights and clipped noise fall off smoothly towards the extreme, thrown pixels leave a gap before it.
    surplus = hits - 3 * near
    if room == 0 or surplus <= 0:
        return 0.0
    found = surplus / room
    # Thrown pixels fall independently; strokes of text and edges of highlights hang together.
    together = pairs / (2 * hits)
    return found if together < found + 0.2 else 0.0
