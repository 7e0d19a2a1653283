"""Samples as files hold them (integers or floats, alpha last) to and from pixels."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Shaped

from relume.errors import BadInputError
from relume.image import Pixels, Plane

Samples = Shaped[np.ndarray, "h w bands"]


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How a file's numbers stand for brightness.

    Attributes:
        dtype: of the samples.
        span: the samples that are 0 and 1 in memory.
        low: smallest sample that may be written.
        high: largest sample that may be written.
        shift: zero bits below the samples of a decoder (10-bit AVIF comes as 16 bits with 6 below).
    """

    dtype: np.dtype
    span: tuple[float, float]
    low: float
    high: float
    shift: int = 0

    @property
    def is_float(self) -> bool:
        """Whether values are kept as they are."""
        return self.dtype.kind == "f"

    @property
    def alpha(self) -> "Scale":
        """The same for alpha: never inverted, 0 is transparent."""
        return Scale(dtype=self.dtype, span=(self.low, self.high), low=self.low, high=self.high, shift=self.shift)

    @classmethod
    def of(cls, depth: str, *, bits: int | None = None, inverted: bool = False) -> "Scale":
        """The usual scale of a depth.

        >>> Scale.of("uint8").span
        (0.0, 255.0)
        """
        dtype = np.dtype(depth)
        if dtype.kind == "f":
            return cls(dtype=dtype, span=(1.0, 0.0) if inverted else (0.0, 1.0), low=0.0, high=1.0)
        whole = dtype.itemsize * 8
        bits = bits if bits is not None and 8 < bits < whole else whole
        top = float(2**bits - 1)
        span = (top, 0.0) if inverted else (0.0, top)
        return cls(dtype=dtype, span=span, low=0.0, high=top, shift=whole - bits)


def to_pixels(samples: Samples, scale: Scale, *, has_alpha: bool) -> tuple[Pixels, Plane | None]:
    """Float32 pixels of samples, and their alpha."""
    if not has_alpha:
        return _up(samples, scale), None
    return _up(samples[..., :-1], scale), _up(samples[..., -1], scale.alpha)


def to_samples(pixels: Pixels, alpha: Plane | None, scale: Scale) -> Samples:
    """The nearest samples of pixels; what is beyond black and white is clipped, except in floats."""
    body = _down(pixels, scale)
    if alpha is None:
        return body
    return np.concatenate([body, _down(alpha, scale.alpha)[..., None]], axis=2)


def _up(samples: np.ndarray, scale: Scale) -> np.ndarray:
    if scale.shift:
        samples = samples >> scale.shift
    zero, one = scale.span
    values = samples.astype(np.float32)
    if zero:
        values -= np.float32(zero)
    if one - zero != 1:
        values /= np.float32(one - zero)
    return values


def _down(values: np.ndarray, scale: Scale) -> np.ndarray:
    zero, one = scale.span
    if scale.is_float and (zero, one) == (0, 1):
        return np.ascontiguousarray(values, dtype=scale.dtype)
    scaled = values * np.float32(one - zero) + np.float32(zero)
    if scale.is_float:
        return scaled.astype(scale.dtype)
    if not np.isfinite(scaled).all():
        raise BadInputError(
            f"{scale.dtype.name} samples hold numbers only, but the picture has NaN or infinite pixels. "
            "Write a float TIFF or .npy, or replace those pixels."
        )
    np.rint(scaled, out=scaled)
    np.clip(scaled, scale.low, scale.high, out=scaled)
    whole = scaled.astype(scale.dtype)
    return whole << scale.shift if scale.shift else whole
