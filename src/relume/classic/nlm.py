"""Non-local means: the mean of pixels whose surroundings look alike."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
from jaxtyping import Float32

from relume.classic._noise import estimate_sigma
from relume.classic._options import above, whole, within
from relume.classic._planes import channelwise
from relume.image import Pixels

__all__ = ["Nlm"]

BLOCK = 128, 256  # its dozen buffers stay in a core's second-level cache

Planes = Float32[np.ndarray, "c _ _"]
Weights = Float32[np.ndarray, "_ _"]


@dataclass(frozen=True, kw_only=True)
class Nlm:
    """Even noise removed and detail kept where it repeats: non-local means, careful and slow.

    Each pixel becomes a mean of the pixels around it, weighted by how alike the patches around both look. weight =
    exp(-max(d² - 2 sigma², 0) / (likeness sigma)²), d² the mean squared difference of two patches, over all channels
    together; a pixel's weight is the mean over all patches that hold it. Computed in float, one difference picture for
    each pair of opposite shifts.

    Attributes:
        patch_radius: half the side of the patches compared, in pixels; 1 is 3 by 3.
        search_radius: how far like patches are looked for, in pixels.
        likeness: how different two patches may be, in standard deviations of the noise; more is smoother.

    Reference: Buades, Coll & Morel, "Non-Local Means Denoising", IPOL 2011 (weights, patchwise mean); Darbon et al.,
    "Fast nonlocal filtering applied to electron cryomicroscopy", ISBI 2008 (shifted differences).

    >>> bool(np.allclose(Nlm()(np.ones((4, 4, 3), np.float32), sigma=0.1), 1))
    True
    """

    task: ClassVar[str] = "denoise"
    inputs: ClassVar[tuple[str, ...]] = ("image", "sigma")
    scale: ClassVar[int] = 1

    patch_radius: int = 1
    search_radius: int = 8
    likeness: float = 0.55

    def __post_init__(self) -> None:
        whole("Nlm", "patch_radius", self.patch_radius, low=0, high=16)
        whole("Nlm", "search_radius", self.search_radius, low=0, high=64)
        above("Nlm", "likeness", self.likeness, limit=0)

    @property
    def halo(self) -> int:
        """Pixels on each side that can change an output pixel."""
        return self.search_radius + 2 * self.patch_radius

    def __call__(self, pixels: Pixels, *, sigma: float | None = None) -> Pixels:
        """Restored for noise of standard deviation `sigma`, in units of [0, 1]; None estimates it from these pixels."""
        sigma = estimate_sigma(pixels) if sigma is None else sigma
        within("Nlm", "sigma", sigma, low=0)
        if sigma == 0:
            return pixels.copy()
        if pixels.shape[2] == 3:
            return self._jointly(pixels, sigma=sigma)
        return channelwise(lambda plane: self._jointly(plane[..., None], sigma=sigma)[..., 0], pixels)

    def _jointly(self, pixels: Pixels, *, sigma: float) -> Pixels:
        margin = self.halo
        padded = cv2.copyMakeBorder(pixels, margin, margin, margin, margin, cv2.BORDER_REFLECT_101)
        planes = np.ascontiguousarray(padded.reshape(*padded.shape[:2], -1).transpose(2, 0, 1))
        result = np.empty_like(pixels)
        for top in range(0, pixels.shape[0], BLOCK[0]):
            for left in range(0, pixels.shape[1], BLOCK[1]):
                bottom, right = top + BLOCK[0], left + BLOCK[1]
                block = planes[:, top : bottom + 2 * margin, left : right + 2 * margin]
                result[top:bottom, left:right] = self._block(block, sigma=sigma).transpose(1, 2, 0)
        return result

    def _block(self, padded: Planes, *, sigma: float) -> Planes:
        """The restored inside of a block that comes with a margin of `halo` on all sides."""
        side, margin = 2 * self.patch_radius + 1, self.halo
        height, width = (size - 2 * margin for size in padded.shape[1:])
        scaled = padded / np.float32(self.likeness * sigma * side * len(padded) ** 0.5)
        inside = padded[:, margin : margin + height, margin : margin + width]
        total, norm = inside.copy(), np.ones((height, width), np.float32)
        for down, right in half_of_shifts(self.search_radius):
            weight = self._weights(scaled, down, right, height=height, width=width)
            # weight[i, j] compares the pixels (i, j) and (i, j) + shift, so it serves both of them.
            for weights, y, x in (
                (weight[-height:, max(0, right) :][:, :width], down, right),
                (weight[:height, max(0, -right) :][:, :width], -down, -right),
            ):
                cv2.add(norm, weights, dst=norm)
                for plane, target in zip(padded, total, strict=True):
                    like = plane[margin + y : margin + y + height, margin + x : margin + x + width]
                    cv2.accumulateProduct(weights, like, target)
        return total / norm

    def _weights(self, scaled: Planes, down: int, right: int, *, height: int, width: int) -> Weights:
        """Of all pairs (p, p + shift) that have at least one end inside the block."""
        grow, margin = 2 * self.patch_radius, self.halo
        top, left = margin - down - grow, margin - max(0, right) - grow
        rows, columns = height + down + 2 * grow, width + abs(right) + 2 * grow
        total = np.zeros((rows, columns), np.float32)
        difference = np.empty_like(total)
        for plane in scaled:
            here = plane[top : top + rows, left : left + columns]
            there = plane[top + down : top + down + rows, left + right : left + right + columns]
            cv2.subtract(here, there, dst=difference)
            cv2.accumulateSquare(difference, total)
        side = 2 * self.patch_radius + 1
        distance = cv2.boxFilter(total, -1, (side, side), normalize=False)
        # Two patches that are alike but for their noise differ by 2 sigma squared.
        np.subtract(np.float32(2 / self.likeness**2), distance, out=distance)
        np.minimum(distance, 0, out=distance)
        weight = cv2.boxFilter(cv2.exp(distance, dst=distance), -1, (side, side))
        return weight[grow : rows - grow, grow : columns - grow]


def half_of_shifts(radius: int) -> Iterator[tuple[int, int]]:
    """One of each two opposite shifts within a square, without (0, 0); never upwards.

    >>> list(half_of_shifts(1))
    [(0, 1), (1, -1), (1, 0), (1, 1)]
    """
    for down in range(radius + 1):
        for right in range(-radius, radius + 1):
            if down > 0 or right > 0:
                yield down, right
