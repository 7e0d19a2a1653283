"""Flickr2K."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from relume.make.data.layouts._pairing import paired, super_resolved
from relume.make.data.pictures import Pair, Picture

__all__ = ["Flickr2k"]


@dataclass(frozen=True, kw_only=True)
class Flickr2k:
    """`Flickr2K_HR/000001.png` beside `Flickr2K_LR_bicubic/X2/000001x2.png`.

    Attributes:
        scale: 2, 3 or 4.
        track: how the small ones were made: "bicubic" or "unknown".

    Reference: Lim et al., "Enhanced Deep Residual Networks for Single Image Super-Resolution", CVPR Workshops 2017.
    """

    nested: ClassVar[bool] = True

    scale: int = 2
    track: str = "bicubic"

    def __call__(self, pictures: Sequence[Picture]) -> list[Pair]:
        """The pairs of one scale."""
        high, low = "Flickr2K_HR", f"Flickr2K_LR_{self.track}"
        expected = f"{high}/000001.png beside {low}/X{self.scale}/000001x{self.scale}.png"
        return paired(pictures, lambda path: super_resolved(path, high, low, self.scale), expected=expected)
