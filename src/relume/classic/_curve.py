"""Tone curves that equalise histograms: continuous, so that nothing is rounded to 8 bits on the way."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

from relume.classic._planes import strips
from relume.image import Plane


@dataclass(frozen=True, eq=False)
class Curve:
    """A rising curve from [0, 1] to [0, 1], straight between its knots; beyond the range it goes on with slope 1.

    Attributes:
        knots: values at the edges of equally wide bins, whose centres are the levels of an 8- or 16-bit picture.
    """

    knots: Float32[np.ndarray, " n"]

    @classmethod
    def equalising(cls, plane: Plane, *, limit: float = math.inf) -> "Curve":
        """The curve that makes all levels of `plane` equally frequent, as far as a slope of at most `limit` allows.

        >>> Curve.equalising(np.zeros((2, 2), np.float32), limit=1.0)(np.float32([[0.25]])).round(6)
        array([[0.25]], dtype=float32)
        """
        # A limit is about counts, and an 8-bit picture's counts say something only in bins as wide as its levels.
        bins = 256 if math.isfinite(limit) else 65536
        count = np.zeros(bins, np.int64)
        for rows in strips(*plane.shape):
            levels = np.rint(np.clip(plane[rows], 0, 1) * np.float32(bins - 1)).astype(np.intp)
            count += np.bincount(levels.ravel(), minlength=bins)
        share = count / plane.size
        total = np.concatenate([[0.0], np.cumsum(limited(share, limit / bins))])
        # A level reads the middle of its bin; so stretched, equal shares give x itself.
        return cls(np.clip((total * bins - 0.5) / (bins - 1), 0, 1).astype(np.float32))

    def __call__(self, plane: Plane) -> Plane:
        result = np.empty_like(plane)
        for rows in strips(*plane.shape):
            result[rows] = self._read(plane[rows])
        return result

    def _read(self, plane: Plane) -> Plane:
        inside = np.clip(plane, 0, 1)
        bins = len(self.knots) - 1
        place = inside * np.float32(bins - 1) + np.float32(0.5)
        index = place.astype(np.intp)
        low = self.knots[index]
        return low + (self.knots[index + 1] - low) * (place - index).astype(np.float32) + (plane - inside)


def limited(share: Float[np.ndarray, " n"], most: float) -> Float[np.ndarray, " n"]:
    """Shares of at most `most` with the same sum: what is cut off is given to all bins alike, as far as they have room.

    >>> limited(np.array([0.7, 0.1, 0.1, 0.1]), 0.4).round(3)
    array([0.4, 0.2, 0.2, 0.2])
    """
    if share.max() <= most:
        return share
    low, high = 0.0, most
    for _ in range(50):
        gift = (low + high) / 2
        low, high = (gift, high) if np.minimum(share + gift, most).sum() < share.sum() else (low, gift)
    return np.minimum(share + high, most)
