"""Clean pictures only."""

from collections.abc import Sequence
from dataclasses import dataclass

from relume.make.data.pictures import Pair, Picture

__all__ = ["Plain"]


@dataclass(frozen=True, kw_only=True)
class Plain:
    """Every picture is a clean one; what degrades it is the recipe's affair.

    Attributes:
        nested: also those in folders below.
    """

    nested: bool = False

    def __call__(self, pictures: Sequence[Picture]) -> list[Pair]:
        """A pair of each, without a degraded side."""
        return [Pair(clean=picture) for picture in pictures]
