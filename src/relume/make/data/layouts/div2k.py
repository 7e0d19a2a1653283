"""DIV2K."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from relume.make.data.layouts._pairing import paired, super_resolved
from relume.make.data.pictures import Pair, Picture

__all__ = ["Div2k"]


@dataclass(frozen=True, kw_only=True)
class Div2k:
    """`DIV2K_train_HR/0001.png` beside `DIV2K_train_LR_bicubic/X2/0001x2.png`.

    Attributes:
        scale: 2, 3 or 4.
        track: how the small ones were made: "bicubic" or "unknown".
        part: "train" or "valid".

    Reference: Agustsson & Timofte, "NTIRE 2017 Challenge on Single Image Super-Resolution", CVPR Workshops 2017.
    """

    nested: ClassVar[bool] = True

    scale: int = 2
    track: str = "bicubic"
    part: str = "train"

    def __call__(self, pictures: Sequence[Picture]) -> list[Pair]:
        """The pairs of one scale."""
        high, low = f"DIV2K_{self.part}_HR", f"DIV2K_{self.part}_LR_{self.track}"
        expected = f"{high}/0001.png beside {low}/X{self.scale}/0001x{self.scale}.png"
        return paired(pictures, lambda path: super_resolved(path, high, low, self.scale), expected=expected)
