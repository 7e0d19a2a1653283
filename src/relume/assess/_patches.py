"""Small square patches of a picture, or of a sample of it, and their DCT: what noise estimation looks at."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32

from relume.assess._sample import Crop
from relume.image import Pixels

SIDE = 6  # of a patch, in pixels
_LOW = 3  # DCT coefficients whose frequencies u + v add up to at most this tell texture, the others tell noise

Energies = Float32[np.ndarray, "n c"]


def _frequencies() -> np.ndarray:
    return np.add.outer(np.arange(SIDE), np.arange(SIDE)).ravel()


LOW: Bool[np.ndarray, " p"] = (_frequencies() <= _LOW)[1:]  # without the mean


def dct_rows(side: int) -> Float32[np.ndarray, "side side"]:
    """The orthonormal DCT-II: row k is the cosine of frequency k.

    >>> np.allclose(dct_rows(8) @ dct_rows(8).T, np.eye(8), atol=1e-6)
    True
    """
    wave = np.cos(np.pi / side * np.outer(np.arange(side), np.arange(side) + 0.5)) * math.sqrt(2 / side)
    wave[0] /= math.sqrt(2)
    return wave.astype(np.float32)


def _basis() -> Float32[np.ndarray, "p p"]:
    return np.kron(dct_rows(SIDE), dct_rows(SIDE))


@dataclass(frozen=True, kw_only=True, eq=False)
class Patches:
    """Means and DCT coefficients (without the mean) of n patches in c channels.

    Attributes:
        means: of each patch and channel.
        coefficients: orthonormal DCT, so white noise has its own variance in each of them.
        flat: share of the patches that were left out because nothing at all changes in them.
        saturated: each patch and channel that has a pixel at exactly 0 or 1.
    """

    means: Energies
    coefficients: Float32[np.ndarray, "n c p"]
    flat: float
    saturated: Bool[np.ndarray, "n c"]

    def __len__(self) -> int:
        return len(self.means)

    def keep(self, chosen: Bool[np.ndarray, " n"]) -> "Patches":
        """Only the chosen patches."""
        return Patches(
            means=self.means[chosen],
            coefficients=self.coefficients[chosen],
            flat=self.flat,
            saturated=self.saturated[chosen],
        )

    def texture(self) -> Energies:
        """Mean energy of the low frequencies of each patch and channel, the mean left out."""
        low = self.coefficients[:, :, LOW]
        return np.einsum("ncp,ncp->nc", low, low) / low.shape[2]


def take(crops: Sequence[Crop], *, count: int) -> Patches:
    """About `count` patches, evenly spread over all crops; patches without any change are left out.

    >>> len(take([np.random.default_rng(0).random((40, 40, 3), np.float32)], count=100))
    81
    """
    positions = sum(max(0, c.shape[0] - SIDE + 1) * max(0, c.shape[1] - SIDE + 1) for c in crops)
    step = max(1, math.ceil(math.sqrt(positions / count)))
    raw = np.concatenate([cut(crop, SIDE, step) for crop in crops], axis=1)
    raw = np.compress(np.isfinite(raw.sum(0)).all(1), raw, axis=1)  # unlike an index, keeps the layout that is fast
    lowest, highest = raw.min(0), raw.max(0)
    varied = (highest > lowest).any(1)
    flat = 1 - float(varied.mean()) if len(varied) else 0.0
    raw = np.compress(varied, raw, axis=1)
    spectrum = (_basis()[1:] @ raw.reshape(SIDE * SIDE, -1)).reshape(SIDE * SIDE - 1, *raw.shape[1:])
    return Patches(
        means=raw.mean(0),
        coefficients=np.ascontiguousarray(spectrum.transpose(1, 2, 0)),
        flat=flat,
        saturated=(lowest[varied] <= 0) | (highest[varied] >= 1),
    )


def cut(crop: Pixels, side: int, step: int) -> Float32[np.ndarray, "p n c"]:
    """The side * side pixels of each window, windows `step` pixels apart; pixels first, which NumPy reduces fastest.

    >>> cut(np.zeros((8, 9, 3), np.float32), 6, 2).shape
    (36, 4, 3)
    """
    height, width, channels = crop.shape
    if min(height, width) < side:
        return np.empty((side * side, 0, channels), np.float32)
    last = height - side + 1, width - side + 1
    places = [(y, x) for y in range(side) for x in range(side)]
    cuts = [crop[y : y + last[0] : step, x : x + last[1] : step] for y, x in places]
    return np.stack(cuts).reshape(side * side, -1, channels)
