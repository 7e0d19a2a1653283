"""REDS."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from relume.make.data.layouts._pairing import Role, below, paired
from relume.make.data.pictures import Pair, Picture

__all__ = ["Reds"]


@dataclass(frozen=True, kw_only=True)
class Reds:
    """`train_sharp/000/00000000.png` beside `train_blur/000/00000000.png`.

    Attributes:
        part: "train" or "val".
        track: of the degraded frames: "blur", "blur_comp" (with compression), and four times smaller
            "sharp_bicubic" and "blur_bicubic".

    Reference: Nah et al., "NTIRE 2019 Challenge on Video Deblurring and Super-Resolution: Dataset and Study",
    CVPR Workshops 2019.
    """

    nested: ClassVar[bool] = True

    part: str = "train"
    track: str = "blur"

    def __call__(self, pictures: Sequence[Picture]) -> list[Pair]:
        """The pairs of one part and track."""
        expected = f"{self._clean}/000/00000000.png beside {self._degraded}/000/00000000.png"
        return paired(pictures, self._role, expected=expected)

    @property
    def _clean(self) -> str:
        return f"{self.part}_sharp"

    @property
    def _degraded(self) -> str:
        return f"{self.part}_{self.track}" + ("/X4" if self.track.endswith("bicubic") else "")

    def _role(self, path: PurePosixPath) -> Role:
        if (inside := below(path, self._clean)) is not None:
            return "clean", str(inside.with_suffix(""))
        if (inside := below(path, self._degraded)) is not None:
            return "degraded", str(inside.with_suffix(""))
        return None
