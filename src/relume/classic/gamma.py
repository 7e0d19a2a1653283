"""A power curve."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from relume.classic._colour import luma
from relume.classic._options import within
from relume.image import Pixels

__all__ = ["Gamma"]

STRONGEST = 1.8  # what `gamma=None` goes up to: beyond it, noise is what becomes visible


@dataclass(frozen=True, kw_only=True)
class Gamma:
    """Dark and middle tones brightened; black stays black and white white.

    value^(1 / gamma), the same curve for all channels: greys stay grey. More than 1 brightens. Values below 0 are
    mirrored (-|value|^(1 / gamma)).

    Attributes:
        gamma: from 0.1 to 10; None chooses it so that the picture's mean lightness moves to `target`, brightening by
            no more than gamma 1.8, never darkening.
        target: mean lightness that `gamma=None` aims for, in [0, 1].

    >>> Gamma(gamma=2.0)(np.float32([[[0.25]]]))
    array([[[0.5]]], dtype=float32)
    """

    task: ClassVar[str] = "enhance"
    inputs: ClassVar[tuple[str, ...]] = ("image",)
    scale: ClassVar[int] = 1

    gamma: float | None = None
    target: float = 0.4

    def __post_init__(self) -> None:
        if self.gamma is not None:
            within("Gamma", "gamma", self.gamma, low=0.1, high=10)
        within("Gamma", "target", self.target, low=0.01, high=0.99)

    @property
    def halo(self) -> int | None:
        """None while gamma is chosen from the whole picture."""
        return None if self.gamma is None else 0

    def __call__(self, pixels: Pixels) -> Pixels:
        gamma = self._chosen(pixels) if self.gamma is None else self.gamma
        result = np.abs(pixels)
        np.power(result, np.float32(1 / gamma), out=result)
        return np.copysign(result, pixels, out=result)

    def _chosen(self, pixels: Pixels) -> float:
        light = luma(pixels) if pixels.shape[2] == 3 else pixels
        mean = float(np.clip(light, 0, 1).mean())
        if not 0 < mean < self.target:
            return 1.0
        return min(math.log(mean) / math.log(self.target), STRONGEST)
