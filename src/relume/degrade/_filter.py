"""Filtering by a kernel of each picture's own."""

import torch
import torch.nn.functional as F  # noqa: N812  (its usual name)
from jaxtyping import Float
from torch import Tensor

# Measured on a CPU: beyond it a Fourier transform takes less time than sums.
_LARGEST_SUM = 31


def blurred(pictures: Float[Tensor, "b c h w"], kernels: Float[Tensor, "b k k"]) -> Float[Tensor, "b c h w"]:
    """Each picture convolved with its kernel of odd size, over a mirrored border."""
    return inside(mirrored(pictures, kernels.shape[-1] // 2), kernels)


def inside(pictures: Float[Tensor, "b c hh ww"], kernels: Float[Tensor, "b k k"]) -> Float[Tensor, "b c h w"]:
    """Each picture convolved with its kernel, where the kernel lies wholly inside: k - 1 pixels smaller."""
    size = kernels.shape[-1]
    if size <= _LARGEST_SUM:
        # A picture is a group; its channels are the batch. conv2d correlates, so the kernels are turned round.
        weights = kernels.flip(1, 2).unsqueeze(1)
        return F.conv2d(pictures.transpose(0, 1), weights, groups=len(pictures)).transpose(0, 1)
    shape = pictures.shape[2:]
    spectrum = torch.fft.rfft2(kernels, s=shape).unsqueeze(1)
    return torch.fft.irfft2(torch.fft.rfft2(pictures) * spectrum, s=shape)[..., size - 1 :, size - 1 :]


def mirrored(pictures: Float[Tensor, "b c h w"], radius: int) -> Float[Tensor, "b c hh ww"]:
    """With `radius` more pixels at each side, mirrored (the border's pixel is repeated) as often as needed."""
    for axis in (2, 3):
        side = pictures.shape[axis]
        places = torch.arange(-radius, side + radius, device=pictures.device) % (2 * side)
        pictures = pictures.index_select(axis, torch.minimum(places, 2 * side - 1 - places))
    return pictures


def plane(radius: int, like: Float[Tensor, "*shape"]) -> tuple[Float[Tensor, "k 1"], Float[Tensor, "1 k"]]:
    """Row and column of each pixel of a kernel, counted from its middle."""
    line = torch.arange(-radius, radius + 1, device=like.device, dtype=like.dtype)
    return line.view(-1, 1), line.view(1, -1)


def normalised(kernels: Float[Tensor, "b k k"]) -> Float[Tensor, "b k k"]:
    """With a sum of 1, which keeps the brightness."""
    return kernels / kernels.sum(dim=(1, 2), keepdim=True)
