"""JPEG's own rounding, applied again at every place its grid could have."""

import functools
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
from jaxtyping import Float32

from relume.classic._options import whole, within
from relume.image import Pixels

__all__ = ["ReapplyJpeg"]

Block = Float32[np.ndarray, "8 8"]

# ITU-T T.81, tables K.1 (luminance) and K.2 (chrominance), in rows of increasing vertical frequency.
LUMINANCE = """
16 11 10 16 24 40 51 61  12 12 14 19 26 58 60 55  14 13 16 24 40 57 69 56  14 17 22 29 51 87 80 62
18 22 37 56 68 109 103 77  24 35 55 64 81 104 113 92  49 64 78 87 103 121 120 101  72 92 95 98 112 100 103 99
"""
CHROMINANCE = "17 18 24 47 99 99 99 99  18 21 26 66 99 99 99 99  24 26 56 99 99 99 99 99  47 66" + 38 * " 99"

# ITU-R BT.601, full range, without the offset of the colour differences.
TO_YCC = np.array([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]], np.float32)


@dataclass(frozen=True, kw_only=True)
class ReapplyJpeg:
    """Blocks and ringing of JPEG averaged away: the mean of its roundings at all 64 shifts of the grid, slow and sure.

    Each 8 x 8 block that holds a pixel is transformed, its coefficients (but for the mean) rounded to JPEG's steps, and
    transformed back; the pixel becomes the mean over its 64 blocks.

    Attributes:
        quality: 1 to 100, taken where the JPEG's own is not told.

    Reference: Nosratinia, "Enhancement of JPEG-Compressed Images by Re-application of JPEG", Journal of VLSI Signal
    Processing 2001.

    >>> flat = np.full((9, 9, 3), 0.5, np.float32)
    >>> bool(np.allclose(ReapplyJpeg()(flat, quality=0.1), flat, atol=1e-6))
    True
    """

    task: ClassVar[str] = "dejpeg"
    inputs: ClassVar[tuple[str, ...]] = ("image", "quality")
    scale: ClassVar[int] = 1
    halo: ClassVar[int] = 7

    quality: int = 30

    def __post_init__(self) -> None:
        whole("ReapplyJpeg", "quality", self.quality, low=1, high=100)

    def __call__(self, pixels: Pixels, *, quality: float | None = None) -> Pixels:
        """Restored from a JPEG of `quality` / 100, in (0, 1]; 0 or None: the field `quality` says it."""
        within("ReapplyJpeg", "quality", quality or 0, low=0, high=1)
        percent = round(100 * quality) if quality else self.quality
        if pixels.shape[2] != 3:
            planes = [_averaged(pixels[..., i], _steps(LUMINANCE, percent)) for i in range(pixels.shape[2])]
            return np.stack(planes, axis=2)
        split = pixels @ TO_YCC.T
        tables = (LUMINANCE, CHROMINANCE, CHROMINANCE)
        planes = [_averaged(split[..., i], _steps(table, percent)) for i, table in enumerate(tables)]
        return np.stack(planes, axis=2) @ np.linalg.inv(TO_YCC).T.astype(np.float32)


def _averaged(plane: Float32[np.ndarray, "h w"], steps: Block) -> Float32[np.ndarray, "h w"]:
    padded = cv2.copyMakeBorder(np.ascontiguousarray(plane), 8, 8, 8, 8, cv2.BORDER_REFLECT_101)
    total = np.zeros_like(padded)
    basis = _cosines()
    for u in range(8):
        for v in range(8):
            # One coefficient of every block, the block that begins at each pixel: a correlation with its wave.
            values = cv2.sepFilter2D(padded, -1, basis[v], basis[u], anchor=(0, 0), borderType=cv2.BORDER_REFLECT_101)
            if (u, v) != (0, 0):
                values = np.rint(values / steps[u, v]) * steps[u, v]
            # And each pixel's sum over the blocks that hold it: the same wave turned round.
            total += cv2.sepFilter2D(
                values,
                -1,
                basis[v][::-1].copy(),
                basis[u][::-1].copy(),
                anchor=(7, 7),
                borderType=cv2.BORDER_REFLECT_101,
            )
    return np.ascontiguousarray(total[8:-8, 8:-8]) / np.float32(64)


@functools.cache
def _cosines() -> Block:
    """The orthonormal DCT-II of eight values, a wave a row."""
    place, frequency = np.arange(8), np.arange(8)[:, None]
    waves = np.cos(np.pi * (place + 0.5) * frequency / 8) / 2
    waves[0] /= np.sqrt(2)
    return waves.astype(np.float32)


@functools.cache
def _steps(table: str, quality: int) -> Block:
    """Steps in [0, 1] units, scaled with quality as libjpeg does."""
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    steps = np.array(table.split(), np.int64).reshape(8, 8)
    return (np.clip((steps * scale + 50) // 100, 1, 255) / 255).astype(np.float32)
