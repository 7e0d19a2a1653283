"""What noise asks of the chain: what to do to a tile before the model and after it, and the noise level to tell it."""

import functools
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import cv2
import numpy as np
from jaxtyping import Float32

from relume.classic import CLASSIC
from relume.errors import BadInputError
from relume.image import Pixels

NOISE_TYPES = ("auto", "gaussian", "poisson", "salt_pepper", "real_world")

Map = Float32[np.ndarray, "h w 1"]


@runtime_checkable
class Treatment(Protocol):
    """One kind of noise. `halo` is what `before` itself looks at around a pixel."""

    @property
    def halo(self) -> int: ...

    def before(self, pixels: Pixels) -> tuple[Pixels, Map]:
        """What the model is fed: pixels whose noise it knows how to treat, and that noise's level."""
        ...

    def after(self, restored: Pixels) -> Pixels:
        """Back to the picture's own values."""
        ...


@dataclass(frozen=True, kw_only=True)
class Gaussian:
    """The same noise everywhere.

    Attributes:
        sigma: its standard deviation, in [0, 1] units.
    """

    sigma: float
    halo: int = 0

    def before(self, pixels: Pixels) -> tuple[Pixels, Map]:
        return pixels, np.full((*pixels.shape[:2], 1), self.sigma, np.float32)

    def after(self, restored: Pixels) -> Pixels:
        return restored


@dataclass(frozen=True, kw_only=True)
class Poisson:
    """Photon noise, made even by the generalised Anscombe transform, so that any Gaussian denoiser can treat it.

    Attributes:
        shot: variance per unit of brightness.
        read: standard deviation in black.

    Reference: Mäkitalo & Foi, "Optimal Inversion of the Generalized Anscombe Transformation for Poisson-Gaussian
    Noise", IEEE TIP 2013 (the closed-form approximation of the exact unbiased inverse).
    """

    shot: float
    read: float = 0.0
    halo: int = 0

    def __post_init__(self) -> None:
        if self.shot <= 0:
            raise BadInputError(f"Photon noise has a shot above 0, but it is {self.shot}. Use noise_type='gaussian'.")

    def before(self, pixels: Pixels) -> tuple[Pixels, Map]:
        low, high = self._ends()
        stable = (self._forward(pixels) - low) / (high - low)
        return stable, np.full((*pixels.shape[:2], 1), 1 / (high - low), np.float32)

    def after(self, restored: Pixels) -> Pixels:
        low, high = self._ends()
        return self._inverse(restored.astype(np.float64) * (high - low) + low).astype(np.float32)

    def _forward(self, pixels: Pixels) -> Pixels:
        """Unit variance: 2/shot sqrt(shot x + 3/8 shot^2 + read^2)."""
        inside = self.shot * pixels + 0.375 * self.shot**2 + self.read**2
        return (2 / self.shot * np.sqrt(np.maximum(inside, 0))).astype(np.float32)

    def _inverse(self, stable: np.ndarray) -> np.ndarray:
        d = np.maximum(stable, 2 * np.sqrt(0.375 + (self.read / self.shot) ** 2))
        root = np.sqrt(1.5)
        counts = d**2 / 4 + root / (4 * d) - 11 / (8 * d**2) + 5 * root / (8 * d**3) - 1 / 8
        return self.shot * (counts - (self.read / self.shot) ** 2)

    def _ends(self) -> tuple[float, float]:
        black, white = self._forward(np.array([0, 1], np.float32).reshape(2, 1, 1)).ravel()
        return float(black), float(white)


@dataclass(frozen=True, kw_only=True)
class SaltPepper:
    """Single pixels turned black or white: replaced first, then what noise is left is treated as Gaussian.

    Attributes:
        sigma: of the noise beside the impulses.

    Reference: Hwang & Haddad, "Adaptive Median Filters", IEEE TIP 1995.
    """

    sigma: float = 0.0

    @property
    def halo(self) -> int:
        return _adaptive_median().halo

    def before(self, pixels: Pixels) -> tuple[Pixels, Map]:
        return _adaptive_median()(pixels), np.full((*pixels.shape[:2], 1), self.sigma, np.float32)

    def after(self, restored: Pixels) -> Pixels:
        return restored


@dataclass(frozen=True, kw_only=True)
class RealWorld:
    """Noise of a camera: it grows with brightness, and processing has made it coarser than white noise.

    Attributes:
        shot, read: variance = shot * brightness + read^2.
        coarse: how much stronger the noise is than its pixel-to-pixel differences tell (1 for white noise).
        floor: the least level that the model is told.
    """

    shot: float
    read: float
    coarse: float = 1.0
    floor: float = 0.0
    halo: int = 8

    def before(self, pixels: Pixels) -> tuple[Pixels, Map]:
        # The brightness that the noise followed is not known; its local mean is close.
        brightness = cv2.GaussianBlur(pixels.mean(axis=2), (0, 0), 2.5, borderType=cv2.BORDER_REFLECT_101)
        variance = self.shot * np.clip(brightness, 0, 1) + self.read**2
        level = np.maximum(self.coarse * np.sqrt(variance), self.floor)
        return pixels, level[..., None].astype(np.float32)

    def after(self, restored: Pixels) -> Pixels:
        return restored


@functools.cache
def _adaptive_median() -> Any:
    return CLASSIC["adaptive_median"]()
