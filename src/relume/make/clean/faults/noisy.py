"""Noise that a model would learn to keep."""

import math
from dataclasses import dataclass

import numpy as np

from relume.make.clean.faults._check import within
from relume.make.clean.faults._view import View
from relume.make.clean.finding import Finding

__all__ = ["Noisy"]


@dataclass(frozen=True, kw_only=True)
class Noisy:
    """White noise, grain that survived a camera or JPEG, or salt and pepper.

    Attributes:
        sigma: standard deviation of white noise, in units of [0, 1].
        grain: standard deviation in the calmest places, in units of [0, 1], where many places are equally calm.
        calm: share of the picture that may hold less than two fifths of that: noise is everywhere, texture is not.
        impulses: share of samples that are salt or pepper.
    """

    sigma: float = 8 / 255
    grain: float = 9 / 255
    calm: float = 0.012
    impulses: float = 0.005

    def __post_init__(self) -> None:
        within(self, high=1)

    def __call__(self, view: View) -> Finding | None:
        """The finding, or None."""
        noise = view.noise
        if noise.impulses > self.impulses:
            reason = f"salt or pepper in {noise.impulses:.1%} of its samples"
            return Finding(kind="noisy", reason=reason, value=noise.impulses, limit=self.impulses)
        if noise.sigma_mean is None or noise.grain is None:
            return None
        grain = math.sqrt(float(np.mean(np.square(noise.grain))))
        if (view.unrest < 0.4 * max(noise.sigma_mean, grain)).mean() > self.calm:
            return None
        if noise.sigma_mean > self.sigma:
            reason = f"white noise, sigma {noise.sigma_mean * 255:.0f}/255"
            return Finding(kind="noisy", reason=reason, value=noise.sigma_mean, limit=self.sigma)
        if grain > self.grain and noise.kind == "real_world":
            reason = f"grain of {grain * 255:.0f}/255 even in its calmest places"
            return Finding(kind="noisy", reason=reason, value=grain, limit=self.grain)
        return None
