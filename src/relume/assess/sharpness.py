"""How sharp the edges of a picture are."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float32

from relume.assess import _luminance, _sample
from relume.image import Image

__all__ = ["Sharpness"]

_BEFORE = 0.8  # Gaussian against noise, before gradients are taken; its blur is subtracted again
_AGAIN = 1.5  # Gaussian of the second blur
_DERIVATIVE = 1 / 3  # variance, in square pixels, of the box that a central difference is
_EDGES = 60


@dataclass(frozen=True, kw_only=True)
class SharpnessFindings:
    """Blur, as the standard deviation of the Gaussian that would turn ideal edges into those of the picture.

    Attributes:
        blur_radius: of the typical edge, in pixels; None when there are too few edges to tell.
        blur_radius_quarter: a quarter of the edges is sharper than this, in pixels.
        edges: share of pixels that lie on a clear edge.
    """

    blur_radius: float | None
    blur_radius_quarter: float | None
    edges: float

    @property
    def summary(self) -> str:
        """One line for a photographer."""
        if self.blur_radius is None:
            return "too small to tell, or nothing sharp to measure"
        words = ((0.75, "sharp"), (1.2, "slightly soft"), (2.2, "soft"), (np.inf, "blurred"))
        word = next(word for limit, word in words if self.blur_radius < limit)
        if word == "sharp":
            return word
        return f"{word}, edges are blurred by {self.blur_radius:.1f} pixels"


@dataclass(frozen=True, kw_only=True)
class Sharpness:
    """Blur radius of edges, from how much a second, known blur lowers their gradients.

    An edge of blur s has the gradient of a Gaussian of width s; blurred again by a it has that of
    sqrt(s^2 + a^2), so the ratio of the two tells s, whatever the contrast of the edge.

    Reference: Zhuo, Sim, "Defocus map estimation from a single image", Pattern Recognition 2011.

    >>> Sharpness()(Image(pixels=np.zeros((1, 1, 3), np.float32))).blur_radius is None
    True
    """

    def __call__(self, image: Image) -> SharpnessFindings:
        windows = [one for one in _sample.spread([image.pixels], pixels=1_000_000) if min(one.shape[:2]) >= 16]
        found = [_blurs(_luminance.of(window)) for window in windows]
        blurs = np.concatenate([np.empty(0, np.float32), *found])
        pixels = sum(window.shape[0] * window.shape[1] for window in windows)
        if len(blurs) < _EDGES:
            return SharpnessFindings(blur_radius=None, blur_radius_quarter=None, edges=len(blurs) / max(pixels, 1))
        quarter, median = np.quantile(blurs, (0.25, 0.5))
        return SharpnessFindings(
            blur_radius=float(median), blur_radius_quarter=float(quarter), edges=len(blurs) / pixels
        )


def _blurs(plane: Float32[np.ndarray, "h w"]) -> Float32[np.ndarray, " n"]:
    """Blur radius of every clear edge of a plane."""
    first = cv2.GaussianBlur(plane, (0, 0), _BEFORE)
    across, down = _gradients(first)
    strength = np.hypot(across, down)
    again = np.hypot(*_gradients(cv2.GaussianBlur(first, (0, 0), _AGAIN)))
    # Noise has gradients everywhere: an edge stands out of the typical gradient and is at least 4 % of the range.
    clear = (strength > max(0.02, 4 * float(np.median(strength)))) & _ridge(strength, across, down)
    clear[:8], clear[-8:], clear[:, :8], clear[:, -8:] = False, False, False, False
    ratio = strength[clear] / np.maximum(again[clear], 1e-9)
    variance = _AGAIN**2 / np.maximum(ratio**2 - 1, 1e-3) - _BEFORE**2 - _DERIVATIVE
    return np.sqrt(np.maximum(variance, 0)).astype(np.float32)


def _gradients(plane: Float32[np.ndarray, "h w"]) -> tuple[Float32[np.ndarray, "h w"], Float32[np.ndarray, "h w"]]:
    return cv2.Sobel(plane, -1, 1, 0, scale=1 / 8), cv2.Sobel(plane, -1, 0, 1, scale=1 / 8)


def _ridge(
    strength: Float32[np.ndarray, "h w"], across: Float32[np.ndarray, "h w"], down: Float32[np.ndarray, "h w"]
) -> np.ndarray:
    """Where the gradient is largest across the edge, and the edge runs nearly along rows or columns."""
    sideways = (np.abs(across) > 3 * np.abs(down)) & (cv2.dilate(strength, np.ones((1, 7))) <= strength)
    upright = (np.abs(down) > 3 * np.abs(across)) & (cv2.dilate(strength, np.ones((7, 1))) <= strength)
    return sideways | upright
