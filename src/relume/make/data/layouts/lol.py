"""LOL."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from relume.make.data.layouts._pairing import Role, below, paired
from relume.make.data.pictures import Pair, Picture

__all__ = ["Lol"]


@dataclass(frozen=True, kw_only=True)
class Lol:
    """`our485/high/2.png` beside `our485/low/2.png`.

    Attributes:
        part: "our485" to train, "eval15" to test.

    Reference: Wei et al., "Deep Retinex Decomposition for Low-Light Enhancement", BMVC 2018.
    """

    nested: ClassVar[bool] = True

    part: str = "our485"

    def __call__(self, pictures: Sequence[Picture]) -> list[Pair]:
        """The pairs of one part."""
        return paired(pictures, self._role, expected=f"{self.part}/high/2.png beside {self.part}/low/2.png")

    def _role(self, path: PurePosixPath) -> Role:
        inside = below(path, self.part)
        if inside is None or len(inside.parts) != 2 or inside.parts[0] not in ("high", "low"):
            return None
        return "clean" if inside.parts[0] == "high" else "degraded", inside.stem
