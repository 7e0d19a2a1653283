"""The noise floor: variance of the directions of patch space that no texture of the picture uses.

Natural patches fill few directions, white noise fills all, so the smallest eigenvalues of the covariance of patches
are the variance of the noise. Taking the patches of all channels together finds many more such directions: texture is
nearly the same in red, green and blue, noise is not.

References: Pyatykh, Hesser, Zheng, "Image noise level estimation by principal component analysis", IEEE TIP 2013;
Liu, Tanaka, Okutomi, "Single-image noise level estimation for blind denoising", IEEE TIP 2013 (weak textures);
Chen, Zhu, Heng, "An efficient statistical method for image noise level estimation", ICCV 2015.
"""

import math

import numpy as np
from jaxtyping import Bool, Float, Float64

from relume.assess._patches import LOW, Patches

_SHARE = 0.1  # of the eigenvalues, the smallest, that are taken for noise
_LEAST = 1e-10  # variance; far below what 8 bits, and around what 16 bits can tell

Matrix = Float64[np.ndarray, "d d"]
Variances = Float64[np.ndarray, " c"]


def _semicircle_mean() -> float:
    x = np.linspace(-1, 1, 20001)
    density = np.sqrt(1 - x**2)
    lowest = np.cumsum(density) <= _SHARE * density.sum()
    return float(np.average(x[lowest], weights=density[lowest] + 1e-12))


_LOWEST = _semicircle_mean()


def covariance(vectors: Float[np.ndarray, "n d"]) -> Matrix:
    """Second moments; DCT coefficients other than the mean have no mean of their own in natural pictures."""
    return (vectors.T @ vectors / len(vectors)).astype(np.float64)


def smallest(eigenvalues: Float64[np.ndarray, " d"], count: int) -> float:
    """Variance of white noise whose sorted sample eigenvalues (from `count` vectors) begin like these."""
    size = len(eigenvalues)
    few = max(1, int(size * _SHARE))
    # Eigenvalues of pure noise spread by about 1 +- 2 sqrt(d / n) (Marchenko-Pastur), so the least are too small.
    spread = 1 + 2 * math.sqrt(size / count) * _LOWEST
    return max(float(eigenvalues[:few].mean()) / max(spread, 0.3), _LEAST)


def weak(patches: Patches, variances: Variances, *, least: int) -> Bool[np.ndarray, " n"]:
    """Patches whose low frequencies hold no more than 99 % of such noise; at least `least` of them."""
    energy = (patches.texture() / np.maximum(variances, _LEAST)).max(1)
    count = int(LOW.sum())
    # The chi-square quantile by Wilson and Hilferty.
    limit = (1 - 2 / (9 * count) + 2.33 * math.sqrt(2 / (9 * count))) ** 3
    place = min(least, len(energy) - 1)
    return energy <= max(limit, float(np.partition(energy, place)[place]))


def of_channel(patches: Patches, channel: int) -> float:
    """Variance of the noise of one channel, from high frequencies of its patches of weak texture."""
    high = patches.coefficients[:, channel][:, ~LOW]
    one = Patches(
        means=patches.means[:, [channel]],
        coefficients=patches.coefficients[:, [channel]],
        flat=patches.flat,
        saturated=patches.saturated[:, [channel]],
    )
    variance, chosen = math.inf, np.ones(len(high), bool)
    for _ in range(6):
        found = smallest(np.linalg.eigvalsh(covariance(high[chosen])), int(chosen.sum()))
        if found > 0.99 * variance:
            break
        variance = found
        chosen = weak(one, np.array([variance]), least=400)
    return variance


def of_all(patches: Patches, start: Variances, *, high_only: bool) -> Variances:
    """Variance of the noise of each channel, from the patches of all channels together."""
    chosen = patches.coefficients[:, :, ~LOW] if high_only else patches.coefficients
    count, channels, size = chosen.shape
    moments = covariance(chosen.reshape(count, channels * size))
    variances = np.maximum(start, _LEAST)
    for _ in range(5):
        variances = _refine(moments, variances, count)
    return variances


def energies(patches: Patches, variances: Variances) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Variance of the noise in each patch, seen in directions that hold noise only, and the brightness it goes with.

    The variance is a mean over channels, weighted as these directions weight them; the brightness has the same weights.
    """
    count, channels, size = patches.coefficients.shape
    scale = np.repeat(1 / np.sqrt(np.maximum(variances, _LEAST)), size)
    moments = covariance(patches.coefficients.reshape(count, channels * size))
    _, vectors = np.linalg.eigh(moments * scale[:, None] * scale)
    space = (vectors[:, : max(1, int(len(scale) * _SHARE))] * scale[:, None]).astype(np.float32)
    weights = (space**2).reshape(channels, -1).sum(1)
    energy = ((patches.coefficients.reshape(count, -1) @ space) ** 2).sum(1)
    return energy / weights.sum(), patches.means @ (weights / weights.sum())


def _refine(moments: Matrix, variances: Variances, count: int) -> Variances:
    # In units of the present guess all channels should have variance 1; what the noise directions show says how far off
    # each is. Directions mix channels, so this solves for the channels, pulled a little towards their common level.
    channels = len(variances)
    size = len(moments) // channels
    scale = np.repeat(1 / np.sqrt(variances), size)
    values, vectors = np.linalg.eigh(moments * scale[:, None] * scale)
    few = max(1, int(len(values) * _SHARE))
    level = smallest(values, count)
    vectors = vectors[:, :few]
    shares = (vectors**2).reshape(channels, size, few).sum(1)  # c few: how much of each direction lies in each channel
    mixing = shares @ shares.T
    pull = 0.02 * np.trace(mixing) / channels
    seen = shares @ values[:few] * (level / max(float(values[:few].mean()), _LEAST))
    ratio = np.linalg.solve(mixing + pull * np.eye(channels), seen + pull * level)
    return np.maximum(variances * np.clip(ratio, 0.1, 3), _LEAST)
