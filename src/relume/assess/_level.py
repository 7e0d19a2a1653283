"""Level of the white noise of each channel, and how it grows with brightness."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64

from relume.assess import _clipping, _floor, _impulses, _patches
from relume.assess._patches import Patches
from relume.assess._sample import Crop

_COUNT = 10_000  # patches
_BINS = 12  # of brightness
_LEAST = 150  # patches, below which nothing is said

# Bias of the floor, measured on training pictures (60 of bsds and photos, sigma 0 to 50, float and clipped):
# some texture is left in even the quietest directions, more so where there is one channel only.
_TEXTURE_COLOUR = (0.99, 0.1 / 255)  # factor, offset
_TEXTURE_GREY = (1.0, 0.2 / 255)


@dataclass(frozen=True, kw_only=True)
class Level:
    """Standard deviations per channel; variance = shot * brightness + read^2, of which growth is bright over dark."""

    sigma: tuple[float, ...]
    shot: float
    read: float
    dependence: float
    growth: float


def measure(crops: Sequence[Crop], *, impulses: bool) -> Level | None:
    """The level, or None when there is too little to see it in."""
    patches = _patches.take([_impulses.blank(crop) for crop in crops] if impulses else crops, count=_COUNT)
    if impulses and len(patches) < _LEAST:
        patches = _patches.take([_impulses.fill(crop) for crop in crops], count=_COUNT)
    channels = patches.means.shape[1]
    if len(patches) < _LEAST:
        return _silent(channels) if patches.flat > 0.5 else None
    grey = channels > 1 and all(_is_grey(crop) for crop in crops)
    if grey:
        patches = Patches(
            means=patches.means[:, :1],
            coefficients=patches.coefficients[:, :1],
            flat=patches.flat,
            saturated=patches.saturated[:, :1],
        )
    ceilings = [_ceiling([crop[..., k] for crop in crops]) for k in range(1 if grey else channels)]
    variances, patches = _unclipped(patches, clipped=_is_clipped(crops))
    sigma = np.minimum(_calibrated(variances), ceilings)
    shot, read, dependence, growth = _fit(patches, np.maximum(sigma, 1e-5) ** 2)
    per_channel = np.repeat(sigma, channels) if grey else sigma
    return Level(sigma=tuple(float(s) for s in per_channel), shot=shot, read=read, dependence=dependence, growth=growth)


def _silent(channels: int) -> Level:
    return Level(sigma=(0.0,) * channels, shot=0.0, read=0.0, dependence=0.0, growth=1.0)


def _unclipped(patches: Patches, *, clipped: bool) -> tuple[Float64[np.ndarray, " c"], Patches]:
    """Variances as they were before clipping, and the patches with the lost deviation given back."""
    if not clipped:
        return _variances(patches), patches
    calm = ~patches.saturated.any(1)
    first = patches.keep(np.asarray(calm)) if calm.sum() >= _LEAST else patches
    variances, corrected = _variances(first), first
    for _ in range(3):
        left = _clipping.remaining(patches.means, np.sqrt(variances))
        usable = (left > 0.75).all(1) & _plausible(patches, left, variances)
        if usable.sum() < _LEAST:
            break
        kept = patches.keep(usable)
        corrected = Patches(
            means=kept.means,
            coefficients=kept.coefficients / left[usable][:, :, None],
            flat=kept.flat,
            saturated=kept.saturated,
        )
        variances = _variances(corrected)
    return variances, corrected


def _plausible(patches: Patches, left: Float32[np.ndarray, "n c"], variances: Float64[np.ndarray, " c"]) -> np.ndarray:
    # A saturated pixel that noise of this level would not put there is a highlight: its patch has lost noise to it.
    return np.asarray(~(patches.saturated & (left > 0.999)).any(1))


def _variances(patches: Patches) -> Float64[np.ndarray, " c"]:
    channels = patches.means.shape[1]
    alone = np.array([_floor.of_channel(patches, k) for k in range(channels)])
    noisy = np.flatnonzero(alone > (0.15 / 255) ** 2)  # a channel without noise would pass for all quiet directions
    for first in range(0, len(noisy), 4):
        group = noisy[first : first + 4]
        if len(group) > 1 and len(patches) > 4 * len(group) * len(_patches.LOW):
            alone[group] = _together(patches, group, alone[group])
    return alone


def _together(patches: Patches, group: np.ndarray, start: Float64[np.ndarray, " c"]) -> Float64[np.ndarray, " c"]:
    some = Patches(
        means=patches.means[:, group],
        coefficients=patches.coefficients[:, group],
        flat=patches.flat,
        saturated=patches.saturated[:, group],
    )
    found = _floor.of_all(some, start, high_only=False)
    if found.mean() > (6 / 255) ** 2:
        return found
    # Weak noise: what texture is left counts most, so look at the calm places too and take the lower. But not where
    # it is noise after all, weaker in the dark: calm places would be dark ones.
    if _is_even(some, found):
        return found
    calm = some.keep(_floor.weak(some, found, least=1500))
    if len(calm) < 4 * len(group) * len(_patches.LOW):
        return found
    return np.minimum(found, _floor.of_all(calm, found, high_only=True))


def _is_even(patches: Patches, variances: Float64[np.ndarray, " c"]) -> bool:
    """Whether patches of like brightness hold like energy: noise does, texture is here and there."""
    energy, brightness = _floor.energies(patches, variances)
    bins = np.array_split(np.argsort(brightness), _BINS)
    return float(np.median([np.median(energy[one]) / max(float(energy[one].mean()), 1e-30) for one in bins])) > 0.8


def _calibrated(variances: Float64[np.ndarray, " c"]) -> Float64[np.ndarray, " c"]:
    factor, offset = _TEXTURE_COLOUR if len(variances) > 1 else _TEXTURE_GREY
    return np.maximum(np.sqrt(variances) * factor - offset, 0)


def _ceiling(planes: Sequence[Float32[np.ndarray, "_ _"]]) -> float:
    """Noise makes 8-bit neighbours equal with probability 1 / (2 sqrt(pi) 255 sigma): more equal is less noise."""
    equal = count = 0
    for one in planes:
        inside = (one[:, 1:-1] > 0) & (one[:, 1:-1] < 1)
        left, right = one[:, 1:-1] == one[:, :-2], one[:, 1:-1] == one[:, 2:]
        lone = inside & ~(left & right)  # within bars and paper everything is equal, whatever the noise elsewhere
        equal += int((left & lone).sum())
        count += int(lone.sum())
    share = equal / max(count, 1)
    return 1 / (2 * math.sqrt(math.pi) * 255 * share) if share > 0.35 else math.inf


def _fit(patches: Patches, variances: Float64[np.ndarray, " c"]) -> tuple[float, float, float, float]:
    """Shot, read, standard errors of shot, and variance in the bright over that in the dark parts."""
    energy, brightness = _floor.energies(patches, variances)
    order = np.array_split(np.argsort(brightness), _BINS)
    x = np.array([brightness[one].mean() for one in order])
    # The median of each bin is deaf to the few patches whose texture reaches into the noise directions.
    freedom = max(1, int(patches.coefficients[0].size * 0.1))  # directions; the median of chi-square is below its mean
    y = np.array([np.median(energy[one], axis=0) for one in order]) / (1 - 2 / (9 * freedom)) ** 3
    level = float(y.mean())
    slope, base = np.polyfit(x, y, 1) if np.ptp(x) > 0.02 else (0.0, level)
    rest = y - slope * x - base
    error = math.sqrt(float(rest @ rest) / 10 / max(float(((x - x.mean()) ** 2).sum()), 1e-12))
    error = max(error, 0.02 * level / max(float(np.ptp(x)), 0.02))
    if slope <= 0:
        return 0.0, math.sqrt(level), 0.0, 1.0
    if base < 0:
        slope, base = level / float(x.mean()), 0.0
    growth = (slope * x[-2] + base) / max(slope * x[1] + base, 1e-12)
    return float(slope), math.sqrt(base), float(slope / error), float(growth)


def _is_grey(crop: Crop) -> bool:
    some = crop[::3, ::3]
    return bool(np.abs(some - some[..., :1]).max() < 1e-4)


def _is_clipped(crops: Sequence[Crop]) -> bool:
    inside = all(crop.min() >= 0 and crop.max() <= 1 for crop in crops)
    extremes = sum(int(((crop == 0) | (crop == 1)).sum()) for crop in crops)
    return inside and extremes > 1e-4 * sum(crop.size for crop in crops)
