"""Baseline JPEG as libjpeg does it, but for the lossless entropy coder: a batch at a time, on the batch's device."""

import math
from functools import cache

import torch
import torch.nn.functional as F  # noqa: N812  (its usual name)
from jaxtyping import Bool, Float
from torch import Tensor

from relume.degrade._rounding import through, to_levels

# ITU-T T.81, annex K.1: what libjpeg calls quality 50.
LUMA = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
CHROMA = (
    (17, 18, 24, 47, 99, 99, 99, 99),
    (18, 21, 26, 66, 99, 99, 99, 99),
    (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99),
    *((99,) * 8,) * 4,
)
# JFIF: full-range BT.601, what 8-bit levels turn into luma, blue and red difference with, and back.
TO_YCC = ((0.299, 0.587, 0.114), (-0.168735892, -0.331264108, 0.5), (0.5, -0.418687589, -0.081312411))
TO_RGB = ((1.0, 0.0, 1.402), (1.0, -0.344136286, -0.714136286), (1.0, 1.772, 0.0))
_OUTWARDS = 1 + 1e-6
Rows = tuple[tuple[float, ...], ...]


def compress(
    pictures: Float[Tensor, "b c h w"],
    *,
    quality: Float[Tensor, "b 1 1 1"],
    halved: Bool[Tensor, "b 1 1 1"] | bool,
) -> Float[Tensor, "b c h w"]:
    """What comes back from a JPEG file of each picture: multiples of 1/255, 0 to 1.

    Three channels are RGB; any other number of channels is saved channel by channel, each as a grey picture. `halved`:
    colour at half the height and width (4:2:0). The gradient takes every rounding for the identity.
    """
    levels = to_levels(pictures)
    if pictures.shape[1] != 3:
        return _coded(levels, _table(LUMA, quality)) / 255
    ycc = _rounded(_mixed(levels, TO_YCC, before=(0, 0, 0), after=(0, 128, 128)))
    luma = _coded(ycc[:, :1], _table(LUMA, quality))
    chroma = _chroma(ycc[:, 1:], _table(CHROMA, quality), halved=halved)
    rgb = _mixed(torch.cat([luma, chroma], dim=1), TO_RGB, before=(0, -128, -128), after=(0, 0, 0))
    return _rounded(rgb).clamp(0, 255) / 255


def quality_map(quality: Float[Tensor, "b 1 1 1"], like: Float[Tensor, "b c h w"]) -> Float[Tensor, "b 1 h w"]:
    """What a net is told: quality / 100 at each pixel."""
    return (quality / 100).expand(-1, 1, *like.shape[2:])


def _chroma(
    planes: Float[Tensor, "b 2 h w"], table: Float[Tensor, "b 1 64"], *, halved: Bool[Tensor, "b 1 1 1"] | bool
) -> Float[Tensor, "b 2 h w"]:
    if halved is False:
        return _coded(planes, table)
    small = _enlarged(_coded(_halved(planes), table), planes)
    if halved is True:
        return small
    # Both ways for the whole batch: choosing pictures would make the processor wait for the GPU.
    return torch.where(halved, small, _coded(planes, table))


def _coded(planes: Float[Tensor, "b c h w"], table: Float[Tensor, "b 1 64"]) -> Float[Tensor, "b c h w"]:
    """Levels whose 8 × 8 blocks went through the quantised cosine transform; the last block is filled with its edge."""
    b, c, h, w = planes.shape
    padded = F.pad(planes, (0, -w % 8, 0, -h % 8), mode="replicate") if h % 8 or w % 8 else planes
    rows, columns = padded.shape[2] // 8, padded.shape[3] // 8
    blocks = padded.reshape(b, c, rows, 8, columns, 8).transpose(3, 4).reshape(b, -1, 64)
    basis = _basis(planes.device, planes.dtype)
    # libjpeg's cosine transform gives whole eighths, and it rounds halves away from zero: so a nudge outwards.
    eighths = _rounded((blocks - 128) @ (8 * basis.T))
    whole = _rounded(eighths * (_OUTWARDS / 8 / table))
    decoded = _rounded((whole * table) @ basis + 128).clamp(0, 255)
    joined = decoded.reshape(b, c, rows, columns, 8, 8).transpose(3, 4).reshape(b, c, rows * 8, columns * 8)
    return joined[..., :h, :w]


def _halved(planes: Float[Tensor, "b 2 h w"]) -> Float[Tensor, "b 2 hh ww"]:
    h, w = planes.shape[2:]
    even = F.pad(planes, (0, w % 2, 0, h % 2), mode="replicate") if h % 2 or w % 2 else planes
    # Slices: pooling takes five times as long on a CPU.
    rows = even[..., ::2, :] + even[..., 1::2, :]
    mean = (rows[..., ::2] + rows[..., 1::2]) / 4
    # libjpeg's way of rounding halves up and down in turn.
    return _floored(mean, bias=_in_turn(mean, 0.25, 0.5))


def _enlarged(small: Float[Tensor, "b 2 hh ww"], like: Float[Tensor, "b 2 h w"]) -> Float[Tensor, "b 2 h w"]:
    """At the full size by libjpeg's triangle filter, "fancy upsampling"."""
    large = F.interpolate(small, scale_factor=2, mode="bilinear", align_corners=False)
    return _floored(large, bias=_in_turn(large, 0.5, 7 / 16))[..., : like.shape[2], : like.shape[3]]


def _in_turn(like: Float[Tensor, "b c h w"], even: float, odd: float) -> Float[Tensor, " w"]:
    return torch.where(torch.arange(like.shape[-1], device=like.device) % 2 == 0, even, odd).to(like.dtype)


def _mixed(
    planes: Float[Tensor, "b 3 h w"],
    matrix: Rows,
    *,
    before: tuple[int, ...],
    after: tuple[int, ...],
) -> Float[Tensor, "b 3 h w"]:
    """The product matrix (planes + before) + after, at each pixel."""
    weights, first, last = (_constant(rows, planes.device, planes.dtype) for rows in (matrix, (before,), (after,)))
    constant = weights @ first[0] + last[0]
    return (weights @ planes.flatten(2) + constant.view(3, 1)).view_as(planes)


def _rounded(value: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    return through(value.detach().round(), value)


def _floored(value: Float[Tensor, "*shape"], *, bias: Float[Tensor, " w"]) -> Float[Tensor, "*shape"]:
    return through((value.detach() + bias).floor(), value)


def _table(base: Rows, quality: Float[Tensor, "b 1 1 1"]) -> Float[Tensor, "b 1 64"]:
    """The quantisation steps of a quality, 1 to 100, as libjpeg scales them."""
    percent = torch.where(quality < 50, (5000 / quality).floor(), 200 - 2 * quality).view(-1, 1, 1)
    usual = _constant(base, quality.device, quality.dtype).view(1, 1, 64)
    return ((usual * percent + 50) / 100).floor().clamp(1, 255)


@cache  # a GPU waits for each number that is brought to it
@torch.inference_mode(mode=False)
def _constant(rows: Rows, device: torch.device, dtype: torch.dtype) -> Float[Tensor, "_ _"]:
    return torch.tensor(rows, device=device, dtype=dtype)


@cache
@torch.inference_mode(mode=False)  # what is kept here may be part of a graph later
def _basis(device: torch.device, dtype: torch.dtype) -> Float[Tensor, "64 64"]:
    """The orthonormal cosine transform of a block, rows of pixels after each other: coefficients = basis @ block."""
    place, frequency = torch.arange(8, dtype=torch.float64), torch.arange(8, dtype=torch.float64).view(8, 1)
    line = torch.cos((2 * place + 1) * frequency * math.pi / 16) / 2
    line[0] /= math.sqrt(2)
    return torch.kron(line, line).to(device, dtype)
