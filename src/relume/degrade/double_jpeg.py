"""Saved as JPEG twice, as what travels from site to site is."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from relume.degrade._draw import Range, chance, check, draw_whole
from relume.degrade._jpeg import compress, quality_map

__all__ = ["DoubleJpeg"]

_QUALITIES, _SHIFTS = Range(10.0, 95.0), Range(0.0, 7.0)


@dataclass(frozen=True, kw_only=True)
class DoubleJpeg:
    """y = JPEG(crop(JPEG(x))): the blocks of the two compressions need not lie on each other.

    Attributes:
        first: quality of the first compression, 1 to 100, or the range to draw it from for each picture.
        second: quality of the last compression; it is the one that `with_quality` tells.
        shift: pixels that the picture lay beyond the start of the first grid of blocks, for each axis; 0 is aligned.
        halved: share of the pictures whose colour is stored at half the size (4:2:0), both times.

    Reference: Jiang et al., "Towards Flexible Blind JPEG Artifacts Removal" (FBCNN), ICCV 2021.
    """

    first: float | Range = _QUALITIES
    second: float | Range = _QUALITIES
    shift: float | Range = _SHIFTS
    halved: float = 1.0

    def __post_init__(self) -> None:
        check("first", self.first, low=1.0, high=100.0)
        check("second", self.second, low=1.0, high=100.0)
        check(
            "shift",
            self.shift,
            low=0.0,
            high=15.0,
            hint="The grid repeats after 8 pixels, with halved colour after 16.",
        )
        check("halved", self.halved, low=0.0, high=1.0, hint="It is the share of pictures saved as 4:2:0.")

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h w"]:
        return self.with_quality(clean, rng)[0]

    def with_quality(
        self, clean: Float[Tensor, "b c h w"], rng: torch.Generator
    ) -> tuple[Float[Tensor, "b c h w"], Float[Tensor, "b 1 h w"]]:
        """The degraded batch, and quality / 100 of the last compression at each pixel."""
        first, second = (draw_whole(quality, like=clean, rng=rng) for quality in (self.first, self.second))
        down, right = (draw_whole(self.shift, like=clean, rng=rng).long() for _ in range(2))
        halved = chance(self.halved, like=clean, rng=rng)
        height, width = clean.shape[2:]
        room = round(self.shift.high if isinstance(self.shift, Range) else self.shift)
        once = compress(
            _moved(clean, -down, -right, height=height + room, width=width + room), quality=first, halved=halved
        )
        cropped = _moved(once, down, right, height=height, width=width)
        return compress(cropped, quality=second, halved=halved), quality_map(second, clean)


def _moved(
    pictures: Float[Tensor, "b c h w"],
    down: Int[Tensor, "b 1 1 1"],
    right: Int[Tensor, "b 1 1 1"],
    *,
    height: int,
    width: int,
) -> Float[Tensor, "b c {height} {width}"]:
    """The window of each picture that begins `down`, `right`; beyond the border stands the border's pixel."""
    b, c, h, w = pictures.shape
    rows = (torch.arange(height, device=pictures.device) + down.view(b, 1)).clamp(0, h - 1)
    columns = (torch.arange(width, device=pictures.device) + right.view(b, 1)).clamp(0, w - 1)
    places = (rows[:, :, None] * w + columns[:, None, :]).view(b, 1, -1)
    return pictures.flatten(2).gather(2, places.expand(-1, c, -1)).view(b, c, height, width)
