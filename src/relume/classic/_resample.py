"""Resampling as MATLAB's imresize does it: separable, pixel areas aligned, mirrored border, antialiased downscaling."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Int

from relume.image import Pixels


@dataclass(frozen=True)
class Kernel:
    """An interpolation kernel: its values, and how far from 0 they reach, in pixels."""

    values: Callable[[Float[np.ndarray, "*shape"]], Float[np.ndarray, "*shape"]]
    radius: int


def cubic(x: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """Keys's cubic with a = -1/2, third-order exact.

    Reference: Keys, "Cubic convolution interpolation for digital image processing", IEEE TASSP 1981.

    >>> cubic(np.array([0.0, 0.5, 1.0, 1.5, 2.0]))
    array([ 1.    ,  0.5625,  0.    , -0.0625,  0.    ])
    """
    x = np.abs(x)
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return np.where(x <= 1, near, np.where(x < 2, far, 0.0))


def lanczos3(x: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """sinc(x) sinc(x / 3) within three pixels.

    Reference: Duchon, "Lanczos Filtering in One and Two Dimensions", J. Appl. Meteorology 1979.

    >>> lanczos3(np.array([0.0, 3.0])).round(3)
    array([1., 0.])
    """
    return np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0.0)


CUBIC = Kernel(cubic, 2)
LANCZOS3 = Kernel(lanczos3, 3)


def resize(
    pixels: Pixels, height: int, width: int, *, kernel: Kernel = CUBIC, antialias: bool = True
) -> Float32[np.ndarray, "{height} {width} c"]:
    """The picture at another size; the result may leave [0, 1] beside sharp edges.

    With `antialias` the kernel is widened when the picture gets smaller, so that fine patterns fade instead of turning
    into coarse ones.

    >>> resize(np.ones((2, 2, 1), np.float32), 4, 6).shape
    (4, 6, 1)
    """
    # The smaller picture first: a size that shrinks goes before one that grows.
    axes = sorted([(0, height), (1, width)], key=lambda pair: pair[1] / pixels.shape[pair[0]])
    for axis, size in axes:
        pixels = along(pixels, axis, size, kernel=kernel, antialias=antialias)
    return pixels


def along(
    pixels: Pixels, axis: int, size: int, *, kernel: Kernel, antialias: bool
) -> Float32[np.ndarray, "_hh _ww _c"]:
    """One axis at another size."""
    if size == pixels.shape[axis]:
        return pixels.copy()
    places, weights = taps(pixels.shape[axis], size, kernel=kernel, antialias=antialias)
    # Along rows of memory: gathering pixels of three channels one by one takes ten times as long.
    source = np.ascontiguousarray(pixels.swapaxes(0, axis))
    lines = source.reshape(len(source), -1)
    result = np.empty((size, *source.shape[1:]), np.float32)
    for line, place, weight in zip(result.reshape(size, -1), places, weights.astype(np.float32), strict=True):
        np.einsum("t,tn->n", weight, lines[place], out=line)
    return np.ascontiguousarray(result.swapaxes(0, axis))


def taps(
    length: int, size: int, *, kernel: Kernel, antialias: bool = True
) -> tuple[Int[np.ndarray, "{size} taps"], Float[np.ndarray, "{size} taps"]]:
    """For each of `size` output pixels: which of `length` input pixels it is made of, and their weights (sum 1)."""
    scale = size / length
    shrink = min(scale, 1.0) if antialias else 1.0
    centre = (np.arange(size) + 0.5) / scale - 0.5
    radius = kernel.radius / shrink
    first = np.floor(centre - radius).astype(np.int64)
    places = first[:, None] + np.arange(int(np.ceil(2 * radius)) + 2)
    weights = kernel.values((centre[:, None] - places) * shrink)
    weights /= weights.sum(axis=1, keepdims=True)
    used = (weights != 0).any(axis=0)
    return mirrored(places[:, used], length), weights[:, used]


def mirrored(places: Int[np.ndarray, "*shape"], length: int) -> Int[np.ndarray, "*shape"]:
    """Indices beyond a picture's border, mirrored back into it (the border pixel is repeated).

    >>> mirrored(np.arange(-2, 5), 3)
    array([1, 0, 0, 1, 2, 2, 1])
    """
    places = places % (2 * length)
    return np.minimum(places, 2 * length - 1 - places)
