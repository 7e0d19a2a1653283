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
    """White noise, what JPEG left of it, or salt and pepper.

    Grass and sand look much like noise; what tells them apart is that noise is everywhere, and that neighbouring pixels
    share little of it: of 90 photographs with noise, saved as PNG or JPEG of quality 75 to 95, the correlation is 0.32
    at most, of 34 textures without it 0.44 in the median. Noise has colour, too, which JPEG leaves some of: a share of
    0.05 at least. So strong noise that a camera has smoothed, and grey grain in a coloured JPEG, may pass for texture.

    Attributes:
        sigma: standard deviation of white noise, in units of [0, 1].
        grain: standard deviation in the calmest places, in units of [0, 1], where many places are equally calm.
        calm: share of the picture that may hold less than two fifths of that: noise is everywhere, texture is not.
        kinship: correlation of neighbouring pixels in the calmest places that noise may have.
        colour: share of the grain of a coloured picture that differs between its channels.
        impulses: share of samples that are salt or pepper.
    """

    sigma: float = 8 / 255
    grain: float = 9 / 255
    calm: float = 0.012
    kinship: float = 0.35
    colour: float = 0.04
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
        found = None
        if noise.sigma_mean > self.sigma:
            reason = f"white noise, sigma {noise.sigma_mean * 255:.0f}/255"
            found = Finding(kind="noisy", reason=reason, value=noise.sigma_mean, limit=self.sigma)
        elif grain > self.grain and noise.kind == "real_world" and (view.colour or 1) > self.colour:
            reason = f"grain of {grain * 255:.0f}/255 even in its calmest places"
            found = Finding(kind="noisy", reason=reason, value=grain, limit=self.grain)
        return None if found is None or self._is_texture(view, max(noise.sigma_mean, grain)) else found

    def _is_texture(self, view: View, level: float) -> bool:
        return view.kinship > self.kinship or bool((view.unrest < 0.4 * level).mean() > self.calm)
