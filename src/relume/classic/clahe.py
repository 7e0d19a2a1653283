"""Contrast-limited adaptive histogram equalisation."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np
from jaxtyping import Float32, Int

from relume.classic._colour import by_lightness
from relume.classic._curve import Curve
from relume.classic._options import whole, within
from relume.image import Pixels, Plane

__all__ = ["Clahe"]


@dataclass(frozen=True, kw_only=True)
class Clahe:
    """Local contrast raised, for hazy and flat pictures, scans and X-rays; it shows noise too.

    Histograms of parts of the picture are equalised, each no steeper than `limit`. RGB pictures change in lightness
    only: colours keep their hue. The curves are continuous (no 8-bit steps in the result), and between the centres of
    the parts they are blended.

    Attributes:
        limit: largest count of a histogram bin, in multiples of the mean count; 1 changes nothing, more is stronger.
        parts: into how many parts each side is cut.

    Reference: Zuiderveld, "Contrast Limited Adaptive Histogram Equalization", Graphics Gems IV, 1994.

    >>> Clahe()(np.zeros((8, 8, 3), np.float32)).shape
    (8, 8, 3)
    """

    task: ClassVar[str] = "enhance"
    inputs: ClassVar[tuple[str, ...]] = ("image",)
    scale: ClassVar[int] = 1

    limit: float = 2.0
    parts: int = 8

    def __post_init__(self) -> None:
        within("Clahe", "limit", self.limit, low=1)
        whole("Clahe", "parts", self.parts, low=1, high=64)

    @property
    def halo(self) -> None:
        """The histograms need the whole picture."""

    def __call__(self, pixels: Pixels) -> Pixels:
        return by_lightness(self._equalise, pixels)

    def _equalise(self, plane: Plane) -> Plane:
        rows, columns = (np.linspace(0, side, min(self.parts, side) + 1).astype(int) for side in plane.shape)
        curves = [
            [Curve.equalising(plane[top:bottom, left:right], limit=self.limit) for left, right in pairwise(columns)]
            for top, bottom in pairwise(rows)
        ]
        result = np.empty_like(plane)
        for above, below, y, share_y in blends(rows):
            for before, after, x, share_x in blends(columns):
                cell = plane[y, x]
                upper = mixed(curves[above][before](cell), curves[above][after](cell), share_x)
                lower = mixed(curves[below][before](cell), curves[below][after](cell), share_x)
                result[y, x] = mixed(upper, lower, share_y[:, None])
        return result


def blends(edges: Int[np.ndarray, " n"]) -> Iterator[tuple[int, int, slice, Float32[np.ndarray, " m"]]]:
    """The stretches between the centres of parts: the parts before and after, the pixels, and the share of the latter.

    >>> [(before, after, pixels.start, pixels.stop) for before, after, pixels, _ in blends(np.array([0, 4, 8]))]
    [(0, 0, 0, 2), (0, 1, 2, 6), (1, 1, 6, 8)]
    """
    centres = (edges[:-1] + edges[1:]) / 2 - 0.5
    stops = np.ceil(centres).astype(int)
    yield 0, 0, slice(0, int(stops[0])), np.zeros(stops[0], np.float32)
    for part, (start, stop) in enumerate(pairwise(stops)):
        share = (np.arange(start, stop) - centres[part]) / (centres[part + 1] - centres[part])
        yield part, part + 1, slice(int(start), int(stop)), share.astype(np.float32)
    last = len(centres) - 1
    yield last, last, slice(int(stops[-1]), int(edges[-1])), np.zeros(edges[-1] - stops[-1], np.float32)


def mixed(
    first: Float32[np.ndarray, "h w"], second: Float32[np.ndarray, "h w"], share: Float32[np.ndarray, "..."]
) -> Float32[np.ndarray, "h w"]:
    """A blend, `share` of it from the second."""
    return first + (second - first) * share
