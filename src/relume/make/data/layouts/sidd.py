"""SIDD."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from relume.make.data.layouts._pairing import Role, paired
from relume.make.data.pictures import Pair, Picture

__all__ = ["Sidd"]

_NAME = re.compile(r"(.*?)(GT|NOISY)_SRGB_(.*)")


@dataclass(frozen=True, kw_only=True)
class Sidd:
    """`Data/SCENE/0001_GT_SRGB_010.PNG` beside `Data/SCENE/0001_NOISY_SRGB_010.PNG` (Small and Medium sets, sRGB).

    Reference: Abdelhamed, Lin & Brown, "A High-Quality Denoising Dataset for Smartphone Cameras", CVPR 2018.
    """

    nested: ClassVar[bool] = True

    def __call__(self, pictures: Sequence[Picture]) -> list[Pair]:
        """The pairs of all scenes."""
        return paired(pictures, _role, expected="SCENE/GT_SRGB_010.PNG beside SCENE/NOISY_SRGB_010.PNG")


def _role(path: PurePosixPath) -> Role:
    match = _NAME.fullmatch(path.stem)
    if match is None:
        return None
    before, kind, after = match.groups()
    return "clean" if kind == "GT" else "degraded", str(path.with_name(f"{before}{after}"))
