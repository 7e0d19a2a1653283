"""Where crops are cut and how they are turned: numbers that the generator alone decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float64, Int64

from relume.errors import BadInputError


@dataclass(frozen=True, kw_only=True)
class Places:
    """Places of crops, an entry each: of which picture, from which row and column, how often turned, flipped or not."""

    picture: Int64[np.ndarray, " n"]
    top: Int64[np.ndarray, " n"]
    left: Int64[np.ndarray, " n"]
    turns: Int64[np.ndarray, " n"]  # by 90 degrees counterclockwise
    flipped: Int64[np.ndarray, " n"]  # left to right, after turning
    side: int

    def __len__(self) -> int:
        return len(self.picture)

    def smaller(self, scale: int) -> "Places":
        """The same places in pictures that are `scale` times smaller."""
        return Places(
            picture=self.picture,
            top=self.top // scale,
            left=self.left // scale,
            turns=self.turns,
            flipped=self.flipped,
            side=self.side // scale,
        )

    def key(self) -> bytes:
        """Equal for equal places, and different for others."""
        rows = np.stack([self.picture, self.top, self.left, self.turns, self.flipped])
        return self.side.to_bytes(8, "little") + rows.tobytes()


@dataclass(frozen=True, kw_only=True)
class Table:
    """The pictures that crops are cut from, without their pixels.

    Attributes:
        names: `folder/file` of each.
        sizes: height and width of each, in pixels of the clean one.
        shares: of the crops, by folder; empty: a picture is as likely as it is large, wherever it lies.
        scale: a clean side is that many times the degraded one; offsets keep to it.
        paired: whether there is a degraded picture to each.
    """

    names: Sequence[str]
    sizes: Sequence[tuple[int, int]]
    shares: Mapping[str, float] = field(default_factory=dict[str, float])
    scale: int = 1
    paired: bool = False
    _likely: dict[int, Float64[np.ndarray, " n"]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def part(self, kept: Sequence[int]) -> "Table":
        """Only the pictures of these numbers."""
        return Table(
            names=[self.names[i] for i in kept],
            sizes=[self.sizes[i] for i in kept],
            shares=self.shares,
            scale=self.scale,
            paired=self.paired,
        )

    def fits(self, side: int) -> bool:
        """Whether a picture is large enough for crops of `side` pixels."""
        return any(min(size) >= side for size in self.sizes)

    def draw(self, count: int, side: int, *, rng: np.random.Generator) -> Places:
        """`count` places; within a folder a picture is as likely as it is large."""
        if count < 1 or side < self.scale or side % self.scale:
            raise BadInputError(
                f"Crops are at least one, with a side that is a multiple of {self.scale}, but {count} of {side} were "
                "asked for. Change the recipe's batch or crop."
            )
        if side not in self._likely:
            self._likely[side] = self._likelihood(side)
        chosen = rng.choice(len(self.names), size=count, p=self._likely[side])
        rows = np.array([self._one(index, side, rng) for index in chosen.tolist()], np.int64)
        top, left, turns, flipped = rows.T
        return Places(picture=chosen, top=top, left=left, turns=turns, flipped=flipped, side=side)

    def _one(self, index: int, side: int, rng: np.random.Generator) -> tuple[int, int, int, int]:
        # One draw after the other, and in this order: runs that are resumed count on it.
        height, width = self.sizes[index]
        top = int(rng.integers((height - side) // self.scale + 1)) * self.scale
        left = int(rng.integers((width - side) // self.scale + 1)) * self.scale
        return top, left, int(rng.integers(4)), int(rng.integers(2))

    def _likelihood(self, side: int) -> Float64[np.ndarray, " n"]:
        """How likely each picture is to give a crop of `side` pixels."""
        sides = np.array(self.sizes).reshape(-1, 2)
        areas = np.where(sides.min(axis=1) >= side, sides.prod(axis=1), 0).astype(np.float64)
        if not areas.any():
            raise BadInputError(f"No picture is at least {side} pixels high and wide. Choose a smaller crop.")
        if self.shares:
            folders = np.array([name.split("/")[0] for name in self.names])
            for folder, share in self.shares.items():
                inside = folders == folder
                areas[inside] *= share / max(1.0, areas[inside].sum())
        return areas / areas.sum()
