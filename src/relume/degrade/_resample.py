"""Another size by separable kernels, as MATLAB's imresize does it: antialiased, mirrored at the border."""

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Literal, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

_SMALL = 2**18  # weights; those of larger pictures are not kept, so that memory stays bounded

KernelName = Literal["area", "bilinear", "bicubic", "lanczos"]


class Kernel(NamedTuple):
    """Values at distances in pixels of the smaller picture, and how far from 0 they reach."""

    values: Callable[[Float[Tensor, "*shape"]], Float[Tensor, "*shape"]]
    radius: float


def _box(x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    return ((x >= -0.5) & (x < 0.5)).to(x.dtype)


def _triangle(x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    return (1 - x.abs()).clamp(min=0)


def _cubic(x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    x = x.abs()
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return torch.where(x <= 1, near, torch.where(x <= 2, far, 0.0))


def _lanczos3(x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    return torch.where(x.abs() < 3, torch.sinc(x) * torch.sinc(x / 3), 0.0)


KERNELS: Mapping[str, Kernel] = MappingProxyType(
    {
        "area": Kernel(_box, 0.5),
        "bilinear": Kernel(_triangle, 1),
        "bicubic": Kernel(_cubic, 2),
        "lanczos": Kernel(_lanczos3, 3),
    }
)


def smaller(pictures: Float[Tensor, "b c h w"], scale: int, *, kernel: KernelName) -> Float[Tensor, "b c hh ww"]:
    """Every axis divided by a whole number, rounded up; the sum of a kernel's weights is 1."""
    return resized(pictures, *(math.ceil(side / scale) for side in pictures.shape[2:]), factor=1 / scale, kernel=kernel)


def resized(
    pictures: Float[Tensor, "b c h w"], height: int, width: int, *, kernel: KernelName, factor: float | None = None
) -> Float[Tensor, "b c {height} {width}"]:
    """The pictures at another size. `factor` is the exact one where the sizes were rounded."""
    rows, columns = (
        _weights_on(pictures, size, side, factor=factor or size / side, kernel=kernel)
        for side, size in zip(pictures.shape[2:], (height, width), strict=True)
    )
    # The axis that shrinks first leaves the less to do; for equal factors, rows of memory stay whole.
    return rows @ (pictures @ columns.T)


def _weights_on(
    like: Float[Tensor, "b c h w"], size: int, side: int, *, factor: float, kernel: KernelName
) -> Float[Tensor, "{size} {side}"]:
    made = _kept if size * side <= _SMALL else _kept.__wrapped__
    return made(size, side, factor=factor, kernel=kernel, device=like.device, dtype=like.dtype)


@lru_cache(maxsize=32)  # training asks for the same ones at every step, and a GPU waits for what is brought to it
@torch.inference_mode(mode=False)  # what is kept here may be part of a graph later
def _kept(
    size: int, side: int, *, factor: float, kernel: KernelName, device: torch.device, dtype: torch.dtype
) -> Float[Tensor, "{size} {side}"]:
    return _weights(size, side, factor, KERNELS[kernel]).to(device, dtype)


def _weights(size: int, side: int, factor: float, kernel: Kernel) -> Float[Tensor, "{size} {side}"]:
    """Which of `side` input pixels each of `size` output pixels is made of."""
    shrink = min(factor, 1.0)
    centre = ((torch.arange(size, dtype=torch.float64) + 0.5) / factor - 0.5).view(-1, 1)
    radius = kernel.radius / shrink
    places = (centre - radius).floor() + torch.arange(math.ceil(2 * radius) + 2, dtype=torch.float64)
    weights = kernel.values((centre - places) * shrink)
    weights /= weights.sum(dim=1, keepdim=True)
    folded = places.long() % (2 * side)  # mirrored beyond the border, the border's pixel repeated
    folded = torch.minimum(folded, 2 * side - 1 - folded)
    return torch.zeros(size, side, dtype=torch.float64).scatter_add_(1, folded, weights)
