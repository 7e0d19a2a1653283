"""A corpus that is decoded once and stays in memory, or on the GPU where it fits there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from relume.errors import BadInputError
from relume.make.data.abstract import CPU, AbstractData, Crops
from relume.make.data.cutting import AbstractStore, Flat, Slices
from relume.make.data.decode import Samples
from relume.make.data.pictures import Skipped
from relume.make.data.places import Places, Table

DEVICE_SHARE = 0.5  # of a GPU's free memory; the rest is for the net and its activations


@dataclass(frozen=True, kw_only=True)
class Resident(AbstractData):
    """Decoded pictures in memory: crops are slices of them, or gathered on the device that holds them."""

    table: Table
    clean: AbstractStore
    degraded: AbstractStore | None = None
    channels: int = 3
    device: torch.device = CPU
    skipped: Sequence[Skipped] = ()

    @classmethod
    def of(
        cls,
        clean: Mapping[str, Samples],
        *,
        degraded: Sequence[Samples] | None = None,
        shares: Mapping[str, float] | None = None,
        scale: int = 1,
        skipped: Sequence[Skipped] = (),
    ) -> "Resident":
        """From decoded pictures (uint8 or uint16, `c h w`) by name, and the degraded ones in the same order."""
        pictures = list(clean.values())
        if not pictures:
            raise BadInputError("No picture came to cut crops from. Give at least one.")
        sizes = [(picture.shape[1], picture.shape[2]) for picture in pictures]
        return cls(
            table=Table(
                names=list(clean),
                sizes=sizes,
                shares=dict(shares or {}),
                scale=scale,
                paired=degraded is not None,
            ),
            clean=Slices(pictures),
            degraded=None if degraded is None else Slices(list(degraded)),
            channels=pictures[0].shape[0],
            skipped=skipped,
        )

    @property
    def size(self) -> int:
        """Bytes of all pictures."""
        return self.clean.size + (self.degraded.size if self.degraded else 0)

    def cut(self, places: Places) -> Crops:
        """The crops at these places."""
        clean = self.clean.cut(places).to(self.device)
        if self.degraded is None:
            return Crops(clean=clean)
        return Crops(clean=clean, degraded=self.degraded.cut(places.smaller(self.scale)).to(self.device))

    def expect(self, count: int, side: int, *, rng: np.random.Generator, scale: int | None = None) -> None:
        """Nothing: all is decoded."""

    def decoded(self) -> Iterator[tuple[Samples, ...]]:
        """The samples of each picture, and of the degraded one of a pair."""
        stores = [self.clean] if self.degraded is None else [self.clean, self.degraded]
        return zip(*stores, strict=True)

    def part(self, kept: Sequence[int]) -> "Resident":
        """Only the pictures of these numbers; memory is shared."""
        return self._with(
            table=self.table.part(kept),
            clean=self.clean.part(kept),
            degraded=self.degraded.part(kept) if self.degraded else None,
            device=self.device,
        )

    def to(self, device: torch.device | str, *, budget: int | None = None) -> "Resident":
        """The whole corpus on `device` where it takes at most `budget` bytes; else only its crops go there.

        The budget is half of the memory that is free on a CUDA device. On a CPU the pictures are in memory anyway,
        and on other devices crops are copied unless a budget is given.
        """
        device = torch.device(device)
        if device.type != "cpu" and self.size <= (_budget(device) if budget is None else budget):
            clean, degraded = _flat(self.clean, device), _flat(self.degraded, device) if self.degraded else None
        else:
            clean, degraded = _slices(self.clean), _slices(self.degraded) if self.degraded else None
        return self._with(table=self.table, clean=clean, degraded=degraded, device=device)

    def _with(
        self, *, table: Table, clean: AbstractStore, degraded: AbstractStore | None, device: torch.device
    ) -> "Resident":
        return Resident(
            table=table,
            clean=clean,
            degraded=degraded,
            channels=self.channels,
            device=device,
            skipped=self.skipped,
        )


def _flat(store: AbstractStore, device: torch.device) -> Flat:
    return Flat.of(list(store), device)


def _slices(store: AbstractStore) -> Slices:
    return store if isinstance(store, Slices) else Slices([np.array(picture) for picture in store])


def _budget(device: torch.device) -> int:
    if device.type != "cuda":
        return 0
    free, _ = torch.cuda.mem_get_info(device)
    return int(DEVICE_SHARE * free)
