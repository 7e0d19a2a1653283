"""Parallel-beam tomography: projections of pictures, and pictures of projections."""

import math
from collections.abc import Iterator

import torch
import torch.nn.functional as F  # noqa: N812  (its usual name)
from jaxtyping import Float
from torch import Tensor

_ROOM = 2**23  # samples of one step: bounds the memory


def angles(views: int, like: Float[Tensor, "*shape"]) -> Float[Tensor, " v"]:
    """Evenly over half a turn, in radians."""
    return torch.arange(views, device=like.device, dtype=like.dtype) * (math.pi / views)


def cells(height: int, width: int) -> int:
    """How many detector cells of a pixel's width, an even number, see the whole picture from every side."""
    return 2 * math.ceil(math.hypot(height, width) / 2 + 0.5)


def project(planes: Float[Tensor, "n h w"], views: Float[Tensor, " v"], *, step: int = 1) -> Float[Tensor, "v n d"]:
    """Line integrals (the Radon transform), in values times pixels; nothing lies beyond the border.

    Only every `step`-th pixel along a ray is looked at, and every `step`-th ray; those between are interpolated.

    Reference: Kak and Slaney, "Principles of Computerized Tomographic Imaging", 1988, chapter 3.
    """
    n, height, width = planes.shape
    line = step * _centred(cells(height, width) // step, planes)
    along, across = line.view(-1, 1), line.view(1, -1)
    rays: list[Tensor] = []
    for some in _parts(views, n * len(line) ** 2):
        cosine, sine = some.cos().view(-1, 1, 1), some.sin().view(-1, 1, 1)
        right, down = across * cosine - along * sine, across * sine + along * cosine
        grid = torch.stack([2 * right / width, 2 * down / height], dim=3)
        rays.append(_sampled(planes.expand(len(some), -1, -1, -1), grid).sum(dim=2))
    return F.interpolate(step * torch.cat(rays), scale_factor=step, mode="linear")


def back_project(
    rays: Float[Tensor, "v n d"], views: Float[Tensor, " v"], *, height: int, width: int
) -> Float[Tensor, "n {height} {width}"]:
    """At each pixel the sum of what was seen through it, interpolated between the cells."""
    down, right = _centred(height, rays).view(-1, 1), _centred(width, rays).view(1, -1)
    total = rays.new_zeros(rays.shape[1], height, width)
    first = 0
    for some in _parts(views, rays.shape[1] * height * width):
        cell = right * some.cos().view(-1, 1, 1) + down * some.sin().view(-1, 1, 1)
        grid = torch.stack([2 * cell / rays.shape[2], torch.zeros_like(cell)], dim=3)
        total += _sampled(rays[first : first + len(some)].unsqueeze(2), grid).sum(dim=0)
        first += len(some)
    return total


def ramp(count: int, like: Float[Tensor, "*shape"], *, soft: bool) -> Float[Tensor, " k"]:
    """The filter that undoes the blur of back projection, at distances -count … count; `soft`: under a Hann window."""
    place = torch.arange(-count, count + 1, device=like.device, dtype=torch.float64)
    kernel = torch.where(place % 2 == 0, 0.0, -1 / (math.pi * place) ** 2)
    kernel[count] = 0.25
    if soft:  # a Hann window over frequency is a smoothing by 1/4, 1/2, 1/4
        kernel = kernel / 2 + F.pad(kernel[1:], (0, 1)) / 4 + F.pad(kernel[:-1], (1, 0)) / 4
    return kernel.to(like.dtype)


def convolved(rays: Float[Tensor, "v n d"], kernel: Float[Tensor, " k"]) -> Float[Tensor, "v n d"]:
    """Each view convolved with a symmetric kernel over the cells."""
    size = rays.shape[2] + len(kernel) - 1
    spectrum = torch.fft.rfft(rays, n=size) * torch.fft.rfft(kernel, n=size)
    start = len(kernel) // 2
    return torch.fft.irfft(spectrum, n=size)[..., start : start + rays.shape[2]]


def _centred(count: int, like: Float[Tensor, "*shape"]) -> Float[Tensor, " {count}"]:
    return torch.arange(count, device=like.device, dtype=like.dtype) - (count - 1) / 2


def _parts(views: Float[Tensor, " v"], samples: int) -> Iterator[Float[Tensor, " p"]]:
    yield from views.split(max(1, _ROOM // samples))


def _sampled(planes: Float[Tensor, "v n hh ww"], grid: Float[Tensor, "v h w 2"]) -> Float[Tensor, "v n h w"]:
    return F.grid_sample(planes, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
