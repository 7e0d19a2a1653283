"""Clean pictures in memory, and crops of them: crop i of a seed is the same crop, whoever asks."""

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float64, UInt8
from torch import Tensor

from relume import files
from relume.errors import BadInputError

Pictures = Sequence[UInt8[Tensor, "3 _ _"]]  # each of its own size


@dataclass(frozen=True)
class Corpus:
    """Clean 8-bit colour pictures, decoded once and kept in memory.

    Attributes:
        pictures: one tensor a picture, `3 h w`.
        names: `folder/file` of each, in the same order.
        shares: of the crops, by folder; empty: a picture is as likely as it is large, wherever it lies.
    """

    pictures: Pictures
    names: Sequence[str]
    shares: Mapping[str, float] = field(default_factory=dict[str, float])

    @classmethod
    def read(cls, folders: Sequence[Path], shares: Sequence[float] = ()) -> "Corpus":
        """All pictures directly in `folders`, in the order of their names; `shares` of the crops, one a folder."""
        for folder in folders:
            if not folder.is_dir():
                raise BadInputError(f"{folder} is no folder. Give the directory that holds the recipe's folders.")
        paths = [path for folder in folders for path in sorted(folder.iterdir()) if files.is_readable(path)]
        if not paths:
            raise BadInputError(f"No picture in {', '.join(map(str, folders))}. Give folders that hold pictures.")
        pictures = [_colour(path) for path in paths]
        names = [f"{path.parent.name}/{path.name}" for path in paths]
        return cls(pictures, names, {folder.name: share for folder, share in zip(folders, shares, strict=bool(shares))})

    def split(self, *, every: int = 40) -> tuple["Corpus", "Corpus"]:
        """A training and a validation part; a picture's name alone decides where it goes (about 1 of `every`)."""
        held = [zlib.crc32(name.encode()) % every == 0 for name in self.names]
        if all(held):
            raise BadInputError(
                f"Nothing is left to train on beside the held-out {', '.join(self.names)}. Add pictures."
            )
        return self._part([not out for out in held]), self._part(held)

    def digest(self) -> str:
        """SHA-256 over the names and pixels: says which data made a model."""
        digest = hashlib.sha256()
        for name, picture in zip(self.names, self.pictures, strict=True):
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(picture.numpy()).tobytes())
        return digest.hexdigest()

    def crops(self, count: int, side: int, *, rng: np.random.Generator) -> UInt8[Tensor, "{count} 3 {side} {side}"]:
        """`count` square crops, flipped and turned at random; within a folder a picture is as likely as it is large."""
        chosen = rng.choice(len(self.pictures), size=count, p=self._likely(side))
        return torch.stack([_crop(self.pictures[index], side, rng) for index in chosen])

    def _likely(self, side: int) -> Float64[np.ndarray, " n"]:
        """How likely each picture is to give a crop of `side` pixels."""
        sides = np.array([picture.shape[1:] for picture in self.pictures])
        areas = np.where(sides.min(axis=1) >= side, sides.prod(axis=1), 0).astype(np.float64)
        if not areas.any():
            raise BadInputError(f"No picture is at least {side} pixels high and wide. Choose a smaller crop.")
        if self.shares:
            folders = np.array([name.split("/")[0] for name in self.names])
            for folder, share in self.shares.items():
                inside = folders == folder
                areas[inside] *= share / max(1.0, areas[inside].sum())
        return areas / areas.sum()

    def _part(self, keep: Sequence[bool]) -> "Corpus":
        kept = [index for index, here in enumerate(keep) if here]
        return Corpus([self.pictures[i] for i in kept], [self.names[i] for i in kept], self.shares)


def _crop(picture: UInt8[Tensor, "3 h w"], side: int, rng: np.random.Generator) -> UInt8[Tensor, "3 {side} {side}"]:
    top = int(rng.integers(picture.shape[1] - side + 1))
    left = int(rng.integers(picture.shape[2] - side + 1))
    crop = picture[:, top : top + side, left : left + side]
    crop = torch.rot90(crop, int(rng.integers(4)), dims=(1, 2))
    return crop.flip(2) if rng.integers(2) else crop


def _colour(path: Path) -> UInt8[Tensor, "3 h w"]:
    pixels = files.open(path).pixels
    if pixels.shape[2] not in (1, 3):
        raise BadInputError(
            f"{path} has {pixels.shape[2]} channels; a corpus holds grey and RGB pictures. Take it out."
        )
    eight_bit = np.rint(pixels.clip(0, 1) * 255).astype(np.uint8)
    return torch.from_numpy(np.broadcast_to(eight_bit, (*eight_bit.shape[:2], 3)).transpose(2, 0, 1).copy())
