"""Cutting crops out of decoded pictures: by slices on a CPU, by one gather on any other device. Both are equal."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float32, Int64, UInt8
from torch import Tensor

from relume.make.data.decode import PEAKS, Samples
from relume.make.data.places import Places


class AbstractStore(ABC):
    """Decoded pictures, all in memory."""

    @property
    @abstractmethod
    def size(self) -> int:
        """In bytes."""

    @abstractmethod
    def cut(self, places: Places) -> Float32[Tensor, "b c side side"]:
        """The crops in [0, 1], on the device of the store."""

    @abstractmethod
    def part(self, kept: Sequence[int]) -> "AbstractStore":
        """Only the pictures of these numbers; shares their memory."""

    @abstractmethod
    def __iter__(self) -> Iterator[Samples]:
        """The pictures one by one, in the machine's memory."""


def cut_one(
    picture: Samples, places: Places, crop: int, *, out: Float32[np.ndarray, "c side side"]
) -> Float32[np.ndarray, "c side side"]:
    """Crop number `crop` in [0, 1], written to `out`."""
    top, left, side = places.top[crop], places.left[crop], places.side
    # Copied first: turning reads column by column, which is slow across a large picture's rows.
    view = picture[:, top : top + side, left : left + side].copy()
    view = np.rot90(view, places.turns[crop], axes=(1, 2))
    out[...] = view[:, :, ::-1] if places.flipped[crop] else view
    out /= np.float32(PEAKS[picture.dtype])
    return out


@dataclass(frozen=True)
class Slices(AbstractStore):
    """Pictures in the machine's memory; a crop is a view, copied once."""

    pictures: Sequence[Samples]

    @property
    def size(self) -> int:
        """In bytes."""
        return sum(picture.nbytes for picture in self.pictures)

    def cut(self, places: Places) -> Float32[Tensor, "b c side side"]:
        """The crops in [0, 1]."""
        channels = self.pictures[0].shape[0]
        crops = np.empty((len(places), channels, places.side, places.side), np.float32)
        for crop, index in enumerate(places.picture):
            cut_one(self.pictures[index], places, crop, out=crops[crop])
        return torch.from_numpy(crops)

    def part(self, kept: Sequence[int]) -> "Slices":
        """Only the pictures of these numbers."""
        return Slices([self.pictures[index] for index in kept])

    def __iter__(self) -> Iterator[Samples]:
        yield from self.pictures


@dataclass(frozen=True)
class Flat(AbstractStore):
    """Pictures as one row of bytes on a device; all crops of a batch are gathered at once.

    Samples of 16 bits are two bytes, the lower one first: few operators know uint16.

    Attributes:
        samples: the bytes of all pictures, one picture after the other, `c h w` each.
        starts: where each picture begins.
        sizes: height and width of each.
        wide: which have 16 bits.
        any_wide: whether one has; known without asking the device.
    """

    samples: UInt8[Tensor, " bytes"]
    starts: Int64[Tensor, " n"]
    sizes: Int64[Tensor, "n 2"]
    wide: Bool[Tensor, " n"]
    any_wide: bool
    channels: int

    @classmethod
    def of(cls, pictures: Sequence[Samples], device: torch.device) -> "Flat":
        """A copy of the pictures on `device`, moved one by one."""
        ends = np.cumsum([0] + [picture.nbytes for picture in pictures])
        samples = torch.empty(int(ends[-1]), dtype=torch.uint8, device=device)
        for picture, start in zip(pictures, ends, strict=False):
            samples[start : start + picture.nbytes] = torch.from_numpy(_bytes(picture)).to(device)
        return cls(
            samples,
            torch.tensor(ends[:-1], device=device),
            torch.tensor([picture.shape[1:] for picture in pictures], device=device),
            torch.tensor([picture.dtype.itemsize == 2 for picture in pictures], device=device),
            any(picture.dtype.itemsize == 2 for picture in pictures),
            pictures[0].shape[0],
        )

    @property
    def size(self) -> int:
        """In bytes."""
        return self.samples.numel()

    def cut(self, places: Places) -> Float32[Tensor, "b c side side"]:
        """The crops in [0, 1]."""
        rows = np.stack([places.picture, places.top, places.left, places.turns, places.flipped])
        device = self.samples.device
        # CUDA copies these few numbers aside before it returns; without being told it would wait for all that runs.
        picture, top, left, turns, flipped = torch.from_numpy(rows).to(device, non_blocking=device.type == "cuda")
        down, right = _turned(places.side, turns, flipped)
        height, width = self.sizes[picture].T
        wide = self.wide[picture]
        pixel = (_spread(top) + down) * _spread(width) + _spread(left) + right
        planes = torch.arange(self.channels, device=device).view(1, -1, 1, 1)
        sample = pixel[:, None] + planes * (height * width).view(-1, 1, 1, 1)
        place = self.starts[picture].view(-1, 1, 1, 1) + sample * (1 + wide.long()).view(-1, 1, 1, 1)
        values = self.samples[place].float()
        if self.any_wide:
            upper = self.samples[torch.where(wide.view(-1, 1, 1, 1), place + 1, place)].float()
            values = torch.where(wide.view(-1, 1, 1, 1), values + 256 * upper, values)
        # A tensor, not a number: by a number a GPU multiplies with its inverse, and the last bit differs from a CPU's.
        return values / torch.where(wide, 65535.0, 255.0).view(-1, 1, 1, 1)

    def part(self, kept: Sequence[int]) -> "Flat":
        """Only the pictures of these numbers; the bytes are shared."""
        rows = torch.tensor(list(kept), dtype=torch.int64, device=self.samples.device)
        return Flat(self.samples, self.starts[rows], self.sizes[rows], self.wide[rows], self.any_wide, self.channels)

    def __iter__(self) -> Iterator[Samples]:
        for start, (height, width), wide in zip(
            self.starts.tolist(), self.sizes.tolist(), self.wide.tolist(), strict=True
        ):
            count = self.channels * height * width * (1 + int(wide))
            row = self.samples[start : start + count].cpu().numpy()
            yield (
                row.view("<u2" if wide else np.uint8)
                .reshape(self.channels, height, width)
                .astype(np.uint16 if wide else np.uint8, copy=False)
            )


def _bytes(picture: Samples) -> UInt8[np.ndarray, " bytes"]:
    little = picture.astype("<u2", copy=False) if picture.dtype.itemsize == 2 else picture
    # A copy where the memory is read-only, which torch does not take.
    row = np.ascontiguousarray(little).reshape(-1).view(np.uint8)
    return row if row.flags.writeable else row.copy()


def _turned(
    side: int, turns: Int64[Tensor, " b"], flipped: Int64[Tensor, " b"]
) -> tuple[Int64[Tensor, "b side side"], Int64[Tensor, "b side side"]]:
    """For each pixel of turned and flipped crops the row and the column that it comes from."""
    steps = torch.arange(side, device=turns.device)
    row = steps.view(1, -1, 1).expand(len(turns), -1, side)
    column = steps.view(1, 1, -1).expand(len(turns), side, -1)
    column = torch.where(_spread(flipped) == 1, side - 1 - column, column)
    turns = _spread(turns)
    straight = turns % 2 == 0
    down = torch.where(straight, row, column)
    right = torch.where(straight, column, row)
    down = torch.where(turns >= 2, side - 1 - down, down)
    right = torch.where((turns == 1) | (turns == 2), side - 1 - right, right)
    return down, right


def _spread(values: Int64[Tensor, " b"]) -> Int64[Tensor, "b 1 1"]:
    return values.view(-1, 1, 1)
