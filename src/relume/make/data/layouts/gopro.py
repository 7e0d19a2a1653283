"""GoPro."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from relume.make.data.layouts._pairing import Role, below, paired
from relume.make.data.pictures import Pair, Picture

__all__ = ["Gopro"]


@dataclass(frozen=True, kw_only=True)
class Gopro:
    """`train/SCENE/sharp/000047.png` beside `train/SCENE/blur/000047.png`.

    Attributes:
        part: "train" or "test".
        blur: the folder of the blurred frames: "blur" (averaged in linear light) or "blur_gamma".

    Reference: Nah et al., "Deep Multi-scale Convolutional Neural Network for Dynamic Scene Deblurring", CVPR 2017.
    """

    nested: ClassVar[bool] = True

    part: str = "train"
    blur: str = "blur"

    def __call__(self, pictures: Sequence[Picture]) -> list[Pair]:
        """The pairs of one part."""
        expected = f"{self.part}/SCENE/sharp/000047.png beside {self.part}/SCENE/{self.blur}/000047.png"
        return paired(pictures, self._role, expected=expected)

    def _role(self, path: PurePosixPath) -> Role:
        inside = below(path, self.part)
        if inside is None or len(inside.parts) != 3:
            return None
        scene, kind, _ = inside.parts
        if kind not in ("sharp", self.blur):
            return None
        return "clean" if kind == "sharp" else "degraded", f"{scene}/{inside.stem}"
