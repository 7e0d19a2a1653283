"""Gaussian kernels, round or drawn out."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from relume.degrade._draw import Range
from relume.degrade._filter import normalised, plane

_NARROWEST = 0.1  # pixels; below it the kernel is a single 1, and its exponents would leave what numbers hold


def radius_for(sigma: float | Range) -> int:
    """Beyond it a kernel of the largest sigma has less than a thousandth of its weight."""
    return max(1, math.ceil(3.3 * (sigma.high if isinstance(sigma, Range) else sigma)))


def gaussian_kernels(
    sigma: Float[Tensor, "b 1 1 1"],
    *,
    radius: int,
    ratio: Float[Tensor, "b 1 1 1"] | None = None,
    angle: Float[Tensor, "b 1 1 1"] | None = None,
) -> Float[Tensor, "b k k"]:
    """One of each standard deviation, in pixels; `ratio` times as wide across the `angle` (radians from the rows)."""
    down, right = plane(radius, sigma)
    long = sigma.view(-1, 1, 1).clamp(min=_NARROWEST)
    if ratio is None or angle is None:
        return normalised(torch.exp(-(down**2 + right**2) / (2 * long**2)))
    across = (sigma * ratio).view(-1, 1, 1).clamp(min=_NARROWEST)
    cosine, sine = angle.cos().view(-1, 1, 1), angle.sin().view(-1, 1, 1)
    u, v = right * cosine + down * sine, down * cosine - right * sine
    return normalised(torch.exp(-((u / long) ** 2 + (v / across) ** 2) / 2))
