"""What training crops come from, whether it is resident on a GPU, in memory, or decoded while training."""

import hashlib
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor

from relume.errors import BadInputError
from relume.make.data.decode import Samples
from relume.make.data.pictures import Skipped
from relume.make.data.places import Places, Table

CPU = torch.device("cpu")


@dataclass(frozen=True, kw_only=True)
class Crops:
    """Square crops in [0, 1], on the data's device.

    Attributes:
        clean: of the clean pictures.
        degraded: the same places of the degraded pictures, turned and flipped alike, `scale` times smaller; None
            where the data holds clean pictures only.
    """

    clean: Float32[Tensor, "b c side side"]
    degraded: Float32[Tensor, "b c small small"] | None = None


class AbstractData(ABC):
    """Pictures to cut training crops from. What `crops` gives is a function of its generator alone.

    Attributes:
        table: names, sizes and shares of the pictures.
        channels: of crops, 1 or 3.
        device: where crops are handed over.
        skipped: pictures that were left out because they are broken.
    """

    table: Table
    channels: int
    device: torch.device
    skipped: Sequence[Skipped]

    @property
    def names(self) -> Sequence[str]:
        """`folder/file` of each (clean) picture."""
        return self.table.names

    @property
    def paired(self) -> bool:
        """Whether there is a degraded picture to each clean one."""
        return self.table.paired

    @property
    def scale(self) -> int:
        """How many times a clean side is the degraded one; 1 without pairs."""
        return self.table.scale

    def fits(self, side: int) -> bool:
        """Whether any picture is large enough for crops of `side` pixels."""
        return self.table.fits(side)

    def split(self, *, every: int = 40) -> tuple["AbstractData", "AbstractData"]:
        """A training and a validation part; a picture's name alone decides where it goes (about 1 of `every`)."""
        held = [zlib.crc32(name.encode()) % every == 0 for name in self.names]
        if all(held):
            raise BadInputError(
                f"Nothing is left to train on beside the held-out {', '.join(self.names)}. Add pictures."
            )
        parts = ([index for index, out in enumerate(held) if out == wanted] for wanted in (False, True))
        training, validation = (self.part(kept) for kept in parts)
        return training, validation

    def digest(self) -> str:
        """SHA-256 over the names and samples: says which data made a model. The same, wherever the pictures lie."""
        digest = hashlib.sha256()
        for name, samples in zip(self.names, self.decoded(), strict=True):
            digest.update(name.encode())
            for picture in samples:
                little = picture.astype("<u2", copy=False) if picture.dtype.itemsize == 2 else picture
                digest.update(np.ascontiguousarray(little).data)
        return digest.hexdigest()

    def crops(self, count: int, side: int, *, rng: np.random.Generator, scale: int | None = None) -> Crops:
        """`count` square crops with `side` clean pixels, turned and flipped at random in all eight ways.

        The degraded side is `side / scale`. What `scale` is, the pairs know; naming one makes sure that it is theirs.
        """
        return self.cut(self.places(count, side, rng=rng, scale=scale))

    def places(self, count: int, side: int, *, rng: np.random.Generator, scale: int | None) -> Places:
        """Where `crops` cuts."""
        if self.paired and scale not in (None, self.scale):
            raise BadInputError(
                f"The clean pictures are {self.scale} times as large as the degraded ones, but crops at scale {scale} "
                "were asked for. Choose the layout of that scale, or a net of this one."
            )
        if scale is not None and side % scale:
            raise BadInputError(f"A crop of scale {scale} has a side that is a multiple of it, not {side}.")
        return self.table.draw(count, side, rng=rng)

    @abstractmethod
    def cut(self, places: Places) -> Crops:
        """The crops at these places."""

    @abstractmethod
    def expect(self, count: int, side: int, *, rng: np.random.Generator, scale: int | None = None) -> None:
        """These crops will be asked for soon: `rng` is in the state that `crops` will find. Changes no result."""

    @abstractmethod
    def decoded(self) -> Iterator[tuple[Samples, ...]]:
        """The samples of each picture, and of the degraded one of a pair, one after the other."""

    @abstractmethod
    def part(self, kept: Sequence[int]) -> "AbstractData":
        """Only the pictures of these numbers."""

    @abstractmethod
    def to(self, device: torch.device | str, *, budget: int | None = None) -> "AbstractData":
        """The same data for another device; see the implementations for what lies there, within `budget` bytes."""
