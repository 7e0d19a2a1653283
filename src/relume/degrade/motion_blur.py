"""Blur of a camera that moves while its shutter is open."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from relume.degrade._draw import Range, check, draw, normal
from relume.degrade._filter import blurred, normalised

__all__ = ["MotionBlur"]

_LENGTHS = Range(3.0, 20.0)
_MOMENTS = 256  # of the exposure; more than one for each pixel of a long path


@dataclass(frozen=True, kw_only=True)
class MotionBlur:
    """y = mean over the exposure of x shifted along a random path: the point spread function of camera shake.

    The path is a particle's: it keeps its velocity but for Gaussian perturbations and, at times, a jerk that turns it.
    Its mean lies in the middle, so that the picture stays where it is; border mirrored. One path for each picture.

    Attributes:
        length: of the path, in pixels, or the range to draw it from.
        shake: how bent the path is: 0 is a straight line at constant speed, 1 a trembling hand.

    Reference: Boracchi and Foi, "Modeling the Performance of Image Restoration from Motion Blur", IEEE TIP 2012.
    """

    length: float | Range = _LENGTHS
    shake: float | Range = 0.5

    def __post_init__(self) -> None:
        check("length", self.length, low=0.0, high=400.0, hint="It is in pixels.")
        check("shake", self.shake, low=0.0, high=1.0)

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h w"]:
        largest = self.length.high if isinstance(self.length, Range) else self.length
        path = self._path(clean, rng)
        # From its mean no point of a path is farther than its length.
        return blurred(clean, _drawn(path, radius=math.ceil(largest) + 1))

    def _path(self, like: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b n 2"]:
        """Where the picture lies (down, right) at each moment, in pixels."""
        length, shake = (draw(one, like=like, rng=rng).view(-1, 1) for one in (self.length, self.shake))
        moments = like.new_empty(len(like), 1, 1, _MOMENTS)
        turn, jerk, haste = (normal(moments, rng)[:, 0, 0] for _ in range(3))
        jerked = torch.rand(turn.shape, generator=rng, device=like.device, dtype=like.dtype) < 2 / _MOMENTS
        start = 2 * math.pi * torch.rand((len(like), 1), generator=rng, device=like.device, dtype=like.dtype)
        bend = 2.5 / _MOMENTS**0.5 * turn + 1.5 * jerk * jerked
        angle = start + (shake * bend).cumsum(dim=1)
        speed = (shake * (2 / _MOMENTS**0.5 * haste).cumsum(dim=1)).exp()
        speed = speed * length / speed.sum(dim=1, keepdim=True)
        path = (torch.stack([angle.sin(), angle.cos()], dim=2) * speed.unsqueeze(2)).cumsum(dim=1)
        return path - path.mean(dim=1, keepdim=True)


def _drawn(path: Float[Tensor, "b n 2"], *, radius: int) -> Float[Tensor, "b k k"]:
    """The path as a kernel: each moment's light falls on the four pixels around it."""
    size = 2 * radius + 1
    corner = path.floor()
    down, right = (path - corner).unbind(dim=2)
    place = ((corner + radius) * corner.new_tensor([size, 1])).sum(dim=2).long()
    kernel = path.new_zeros(len(path), size * size)
    for step, share in (
        (0, (1 - down) * (1 - right)),
        (1, (1 - down) * right),
        (size, down * (1 - right)),
        (size + 1, down * right),
    ):
        kernel = kernel.scatter_add(1, place + step, share)
    return normalised(kernel.view(-1, size, size))
