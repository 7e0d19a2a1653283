"""Pictures to be restored and what they should become: degraded here, or two folders of files with the same names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from relume import files
from relume.errors import BadInputError, ShapeMismatchError
from relume.image import Pixels
from relume.metrics._pair import seen

# What the names of the usual sets of pairs end in.
CLEAN = ("_clean", "_mean", "_gt", "_GT")
DEGRADED = ("_noisy", "_real", "_Real", "_degraded", "_lq")


@dataclass(frozen=True, kw_only=True)
class Taken:
    """One picture: `degraded` is as the engine got it, `clean` is 0 to 1."""

    name: str
    clean: Pixels
    degraded: np.ndarray

    @property
    def pixels(self) -> int:
        """Of the clean one."""
        return self.clean.shape[0] * self.clean.shape[1]


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Pictures beside what was made of them, one after the other as they are asked for.

    Attributes:
        clean: files.
        degraded: files of the same names; None where `degradation` makes them.
        scale: how many times the clean side is the degraded one.
        grey: the pictures are turned to 8-bit luma first.
        eight_bit: the degraded picture is clipped and rounded, as files are.
    """

    clean: Sequence[Path]
    degraded: Sequence[Path] | None = None
    degradation: Any = None
    seed: int = 0
    scale: int = 1
    grey: bool = False
    eight_bit: bool = False

    def __iter__(self) -> Iterator[Taken]:
        for index, path in enumerate(self.clean):
            clean = self._read(path)
            high, wide = (side // self.scale * self.scale for side in clean.shape[:2])
            clean = clean[:high, :wide]
            degraded = self._degraded(clean, index)
            if self.eight_bit:
                degraded = np.rint(degraded.clip(0, 1) * 255).astype(np.uint8)
            yield Taken(name=path.name, clean=clean, degraded=degraded)

    def batches(self, pixels: int) -> Iterator[list[Taken]]:
        """As many together as have about so many clean pixels."""
        some: list[Taken] = []
        for taken in self:
            some.append(taken)
            if sum(one.pixels for one in some) >= pixels:
                yield some
                some = []
        if some:
            yield some

    def _degraded(self, clean: Pixels, index: int) -> np.ndarray:
        if self.degraded is None:
            return degrade(clean, self.degradation, seed=self.seed, index=index)
        found = self._read(self.degraded[index])
        wanted = (clean.shape[0] // self.scale, clean.shape[1] // self.scale, clean.shape[2])
        if found.shape != wanted:
            raise ShapeMismatchError(
                f"{self.degraded[index]} is {found.shape}, but beside {self.clean[index].name} of {clean.shape} and "
                f"scale {self.scale} it should be {wanted}. Give pairs of one scene, cut alike."
            )
        return found

    def _read(self, path: Path) -> Pixels:
        pixels = files.open(path).pixels
        return luma(pixels) if self.grey else pixels


def luma(pixels: Pixels) -> Pixels:
    """Y of MATLAB's rgb2ycbcr, from 16 to 235, rounded to 8 bits; a grey picture is its own."""
    exact = seen(pixels, channel="y", metric="The grey picture")
    return (np.rint(exact * 255) / 255).astype(np.float32)


def degrade(clean: Pixels, degradation: Any, *, seed: int, index: int) -> Pixels:
    """Picture `index` of a set, degraded: a function of the seed and its place alone."""
    state = np.random.SeedSequence((seed, index)).generate_state(1, np.uint64)
    rng = torch.Generator().manual_seed(int(state[0]) % 2**63)
    batch = torch.from_numpy(np.ascontiguousarray(clean.transpose(2, 0, 1)[None]))
    return np.ascontiguousarray(degradation(batch, rng)[0].numpy().transpose(1, 2, 0))


def find_pictures(folder: Path) -> list[Path]:
    """The pictures directly in `folder`, in the order of their names."""
    if not folder.is_dir():
        raise BadInputError(f"{folder} is no folder. Give a folder of clean pictures.")
    paths = sorted(path for path in folder.iterdir() if files.is_readable(path))
    if not paths:
        raise BadInputError(f"{folder} holds no picture directly. Give a folder of clean pictures.")
    return paths


def find_pairs(clean: Path, degraded: Path) -> tuple[list[Path], list[Path]]:
    """The clean pictures, and to each the degraded one of the same name, whatever its format.

    The names may end in words for which is which (`a_clean.png`, `a_noisy.png`), and then both folders may be one.
    """
    ours, theirs = find_pictures(clean), find_pictures(degraded)
    if clean.resolve() == degraded.resolve():
        ours = [path for path in ours if path.stem.endswith(CLEAN)]
        theirs = [path for path in theirs if not path.stem.endswith(CLEAN)]
    there = {_scene(path): path for path in theirs}
    missing = [path.name for path in ours if _scene(path) not in there]
    if missing or not ours:
        raise BadInputError(
            f"{degraded} has no degraded picture for {', '.join(missing[:3]) or clean}"
            f"{' …' if len(missing) > 3 else ''}. Pairs have the same names in both folders, or names that end in "
            f"{', '.join(CLEAN)} and {', '.join(DEGRADED)}."
        )
    return ours, [there[_scene(path)] for path in ours]


def _scene(path: Path) -> str:
    for end in (*CLEAN, *DEGRADED):
        if path.stem.endswith(end):
            return path.stem.removesuffix(end)
    return path.stem


def write_text(path: Path, text: str) -> None:
    """Whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.write_text(text)
    part.replace(path)
