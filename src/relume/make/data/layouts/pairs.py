"""Pairs of any origin, told apart by a word in their names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from relume.make.data.layouts._pairing import Role, Side, paired
from relume.make.data.pictures import Pair, Picture

__all__ = ["Pairs"]


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """`clean/a.png` beside `degraded/a.png`, or `a_clean.png` beside `a_noisy.png`; endings may differ.

    A word counts as a whole folder's name, or as the last part of a file's after `_` or `-`.

    Attributes:
        clean: the words of the clean side.
        degraded: the words of the degraded side.
    """

    nested: ClassVar[bool] = True

    clean: tuple[str, ...] = ("clean",)
    degraded: tuple[str, ...] = ("degraded", "noisy")

    def __call__(self, pictures: Sequence[Picture]) -> list[Pair]:
        """The pairs among the pictures."""
        words = f"{'|'.join(self.clean)} beside {'|'.join(self.degraded)} as folders or at the end of names"
        return paired(pictures, self._role, expected=words)

    def _role(self, path: PurePosixPath) -> Role:
        sides: tuple[tuple[Side, tuple[str, ...]], ...] = (("clean", self.clean), ("degraded", self.degraded))
        for side, words in sides:
            for word in words:
                if word in path.parts[:-1]:
                    rest = list(path.parts)
                    rest.remove(word)
                    return side, str(PurePosixPath(*rest).with_suffix(""))
                if match := re.fullmatch(rf"(.+)[_-]{re.escape(word)}", path.stem):
                    return side, str(path.with_name(match[1]))
        return None
