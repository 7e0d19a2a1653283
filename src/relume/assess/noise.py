"""How noisy a picture is, and what kind of noise it is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from relume.assess import _grain, _impulses, _level, _sample
from relume.assess._sample import Crop
from relume.errors import BadInputError
from relume.image import Image, Pixels

__all__ = ["Noise"]

_PERHAPS = "perhaps fine grain (about {:.1f}/255) that cannot be told from texture"
Kind = Literal["none", "gaussian", "poisson", "salt_pepper", "real_world"]


@dataclass(frozen=True, kw_only=True)
class NoiseFindings:
    """What is known of the noise; standard deviations in units of [0, 1].

    Attributes:
        sigma: of white noise in each channel: what a denoiser may take away without harm. None: too small to tell.
        sigma_mean: root of the mean variance over channels.
        shot: a of the fit variance = a * brightness + b^2.
        read: b of that fit.
        dependence: standard errors by which `shot` differs from 0; above 4 the noise does grow with brightness.
        impulses: share of samples that are salt or pepper, 0 to 1.
        grain: standard deviation in the flattest places, at all spatial frequencies; noise that a camera or JPEG
            has smoothed is in here but not in `sigma`. Where nothing in the picture is flat it is texture, not noise.
        correlated: grain / sigma; about 1 for white noise, 2 and more when neighbouring pixels share their noise.
        kind: the description that fits best.
    """

    sigma: tuple[float, ...] | None
    sigma_mean: float | None
    shot: float | None
    read: float | None
    dependence: float | None
    impulses: float
    grain: tuple[float, ...] | None
    correlated: float | None
    kind: Kind | None

    @property
    def summary(self) -> str:
        """One line for a photographer."""
        if self.kind is None or self.sigma is None or self.sigma_mean is None or self.grain is None:
            return "too small to tell"
        if self.kind == "salt_pepper":
            return f"salt-and-pepper noise in {self.impulses:.1%} of the samples"
        if self.kind == "none":
            grain = 255 * math.sqrt(float(np.mean(np.square(self.grain))))
            # JPEG and cameras smooth noise until no part of it is white; what is left looks like texture.
            return f"no white noise; {_PERHAPS.format(grain)}" if grain > 1 else "no noise found"
        values = self.sigma
        if self.kind == "real_world":
            values = tuple(max(pair) for pair in zip(self.sigma, self.grain, strict=True))
        level = math.sqrt(float(np.mean(np.square(values))))
        word = "slight" if level < 4 / 255 else "visible" if level < 15 / 255 else "strong"
        kinds = {"gaussian": "noise", "poisson": "noise, more in bright parts", "real_world": "camera noise"}
        return f"{word} {kinds[self.kind]}, sigma {level * 255:.0f}/255{_strongest(values)}"


@dataclass(frozen=True, kw_only=True)
class Noise:
    """Noise level of each channel, its dependence on brightness, impulses, and its kind.

    >>> noisy = 0.5 + 0.1 * np.random.default_rng(0).standard_normal((99, 99, 1)).astype(np.float32)
    >>> Noise()(Image(pixels=noisy)).summary
    'strong noise, sigma 25/255'
    """

    def __call__(self, image: Image) -> NoiseFindings:
        return estimate(image.pixels)


def estimate(pixels: Pixels | Sequence[Crop]) -> NoiseFindings:
    """Noise of one picture, given whole or as a sample of crops of it.

    Raises:
        BadInputError: nothing was given, or crops that do not have the same channels.
    """
    crops = [pixels] if isinstance(pixels, np.ndarray) else list(pixels)
    if not crops or any(crop.ndim != 3 or crop.shape[2] != crops[0].shape[2] for crop in crops):
        shapes = ", ".join(str(crop.shape) for crop in crops) or "nothing"
        raise BadInputError(
            f"Noise is estimated from crops h w c of one picture, but came {shapes}; give at least one."
        )
    crops = _sample.spread([crop for crop in crops if crop.size])
    impulses = _impulses.share(_sample.spread(crops, pixels=400_000))
    level = _level.measure(crops, impulses=impulses > 0.002)
    if level is None:
        return _too_small(impulses)
    mean = math.sqrt(float(np.mean(np.square(level.sigma))))
    grain = _grain.measure(crops)
    return NoiseFindings(
        sigma=level.sigma,
        sigma_mean=mean,
        shot=level.shot,
        read=level.read,
        dependence=level.dependence,
        impulses=impulses,
        grain=grain.sigma,
        correlated=float(np.mean(grain.sigma)) / max(mean, 0.1 / 255),
        kind=_kind(level, grain, impulses, mean),
    )


def _kind(level: _level.Level, grain: _grain.Grain, impulses: float, mean: float) -> Kind:
    if impulses > 0.002:
        return "salt_pepper"
    correlated = float(np.mean(grain.sigma)) > 1.6 * mean
    if grain.even and correlated:
        return "real_world"
    if mean < 1 / 255:
        return "none"
    if level.dependence > 5 and mean > 2 / 255 and level.growth > 1.4:
        return "poisson"
    apart = max(level.sigma) > 2.5 * min(level.sigma) and max(level.sigma) > 3 / 255
    return "real_world" if apart else "gaussian"


def _too_small(impulses: float) -> NoiseFindings:
    return NoiseFindings(
        sigma=None,
        sigma_mean=None,
        shot=None,
        read=None,
        dependence=None,
        impulses=impulses,
        grain=None,
        correlated=None,
        kind=None,
    )


def _strongest(values: tuple[float, ...]) -> str:
    if len(values) != 3 or max(values) < 1.3 * min(values):
        return ""
    return f"; strongest in {('red', 'green', 'blue')[int(np.argmax(values))]}"
