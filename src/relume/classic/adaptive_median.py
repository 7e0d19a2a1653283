"""Salt-and-pepper removal that touches only the impulses."""

from dataclasses import dataclass
from typing import Any, ClassVar

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Int

from relume.classic._options import is_number, whole
from relume.classic._planes import channelwise
from relume.errors import BadInputError
from relume.image import Pixels, Plane

__all__ = ["AdaptiveMedian"]

Mask = Bool[np.ndarray, "h w"]

CHUNK = 1 << 16  # impulses repaired at a time
NEAR, WIDE = 3, 7  # radii of the squares that tell an impulse from a burnt-out sky
RARE = 0.1  # share of salt, or of pepper, that is believed even where there is none of the other


@dataclass(frozen=True, kw_only=True)
class AdaptiveMedian:
    """Salt-and-pepper noise removed, all other pixels bit for bit as they were.

    Each impulse becomes the median of the trusted values in the smallest square that has enough of them. An impulse is
    a value at either end of the range, unless there are so many of its kind around that they must be the picture itself
    (a burnt-out sky, a black frame): salt and pepper are about equally frequent, so the rate of the one tells how many
    of the other are too many. All other values stay as they are, bit for bit. Channels are looked at one by one. For 1
    to 70 % of salt and pepper, or up to 10 % of only one of them.

    Attributes:
        radius: of the largest square, in pixels; an impulse without a trusted value in it stays.
        enough: so many trusted values end the growth of the square.
        low: values up to here are pepper.
        high: values from here on are salt.

    Reference: Hwang & Haddad, "Adaptive Median Filters: New Algorithms and Results", IEEE TIP 1995; here the median is
    of the values that are no impulses themselves, as dense noise wants it.

    >>> pepper = np.full((3, 3, 1), 0.5, np.float32)
    >>> pepper[1, 1] = 0
    >>> bool((AdaptiveMedian()(pepper) == 0.5).all())
    True
    """

    task: ClassVar[str] = "denoise"
    inputs: ClassVar[tuple[str, ...]] = ("image",)
    scale: ClassVar[int] = 1

    radius: int = 5
    enough: int = 2
    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        whole("AdaptiveMedian", "radius", self.radius, low=1, high=64)
        whole("AdaptiveMedian", "enough", self.enough, low=1, high=9)
        if not (is_number(self.low) and is_number(self.high) and self.low < self.high):
            raise BadInputError(
                f"AdaptiveMedian needs low below high, but got {self.low!r} and {self.high!r}. "
                "They are the values of pepper and of salt: 0 and 1 unless the picture uses less of its range."
            )

    @property
    def halo(self) -> int:
        """Pixels on each side that can change an output pixel."""
        return self.radius + WIDE

    def __call__(self, pixels: Pixels) -> Pixels:
        return channelwise(self._repair, pixels)

    def _repair(self, plane: Plane) -> Plane:
        pepper, salt = plane <= self.low, plane >= self.high
        trusted = ~(impulses(pepper, other=salt) | impulses(salt, other=pepper))
        # What may not be used sorts behind all that may.
        values = np.pad(np.where(trusted, plane, np.float32(np.inf)), self.radius, constant_values=np.inf)
        result = plane.copy()
        left = np.argwhere(~trusted)
        for radius in range(1, self.radius + 1):
            need = self.enough if radius < self.radius else 1
            margin = self.radius - radius
            inner = values[margin : len(values) - margin, margin : values.shape[1] - margin]
            left = np.concatenate(
                [
                    repair(result, inner, left[i : i + CHUNK], radius=radius, need=need)
                    for i in range(0, len(left), CHUNK)
                ]
                or [left]
            )
        return result


def impulses(extreme: Mask, *, other: Mask) -> Mask:
    """Those of the extreme values that are no more in number than chance explains, given the rate of the other kind."""
    rate = np.maximum(share(other, WIDE), np.float32(RARE))
    # Six standard deviations, as the rate itself is uncertain; at four, specks remain in dense noise.
    spread = np.sqrt(rate * (1 - rate)) / np.float32(2 * NEAR + 1)
    return extreme & (share(extreme, NEAR) <= rate + 6 * spread)


def share(mask: Mask, radius: int) -> Plane:
    """Of the square around each pixel, the part that is in the mask."""
    side = 2 * radius + 1
    return cv2.boxFilter(mask.astype(np.float32), -1, (side, side), borderType=cv2.BORDER_REFLECT_101)


def repair(
    result: Plane, values: Float32[np.ndarray, "hh ww"], at: Int[np.ndarray, "n 2"], *, radius: int, need: int
) -> Int[np.ndarray, "m 2"]:
    """Write medians of trusted values into `result` where there are `need` of them; what is left to be done."""
    side = 2 * radius + 1
    windows: Any = np.lib.stride_tricks.sliding_window_view(values, (side, side))
    around = np.sort(windows[at[:, 0], at[:, 1]].reshape(len(at), -1), axis=1)
    count = np.isfinite(around).sum(axis=1)
    ready = count >= need
    row = np.flatnonzero(ready)
    low, high = around[row, (count[ready] - 1) // 2], around[row, count[ready] // 2]
    result[at[ready, 0], at[ready, 1]] = (low + high) / 2
    return at[~ready]
