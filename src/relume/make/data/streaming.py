"""A corpus that is too large for the memory: decoded by threads while training, in bounded memory."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import torch
from jaxtyping import Float32

from relume.make.data.abstract import CPU, AbstractData, Crops
from relume.make.data.cutting import cut_one
from relume.make.data.decode import Decoder, Samples
from relume.make.data.pictures import Pair, Picture, Skipped
from relume.make.data.places import Places, Table
from relume.make.data.workers import ahead

EXPECTED = 16  # batches of crops that are made before they are asked for; more are not begun

Cut = Float32[np.ndarray, "_c _side _side"]


class Cache:
    """Decoded pictures up to `budget` bytes; the one that was used longest ago goes first. Any thread may ask."""

    def __init__(self, decoder: Decoder, budget: int) -> None:
        self.decoder, self.budget, self.used = decoder, budget, 0
        self._pictures: OrderedDict[str, Future[Samples]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, picture: Picture) -> Samples:
        """The decoded picture; who asks for one that another thread is decoding waits for it."""
        with self._lock:
            future = self._pictures.get(picture.place)
            mine = future is None
            if future is None:
                future = self._pictures[picture.place] = Future()
            self._pictures.move_to_end(picture.place)
        if mine:
            self._decode(picture, future)
        return future.result()

    def _decode(self, picture: Picture, future: "Future[Samples]") -> None:
        try:
            samples = self.decoder(picture)
        except BaseException as error:  # noqa: BLE001  (whoever waits for it must get it)
            with self._lock:
                del self._pictures[picture.place]
            future.set_exception(error)
            return
        with self._lock:
            self.used += samples.nbytes
            future.set_result(samples)
            self._make_room()

    def _make_room(self) -> None:
        """Drop decoded pictures until the others keep to the budget; those that are being decoded stay."""
        for place, future in list(self._pictures.items()):
            if self.used <= self.budget:
                return
            if future.done():
                self.used -= future.result().nbytes
                del self._pictures[place]


@dataclass(frozen=True, kw_only=True)
class Streaming(AbstractData):
    """Pictures that are decoded when crops of them are wanted, by threads.

    In memory are at most the cache's budget, what each worker is decoding, and the crops of `EXPECTED` batches. To
    keep a net busy, tell with `expect` some steps ahead what will be asked for.
    """

    table: Table
    pairs: Sequence[Pair]
    cache: Cache
    pool: ThreadPoolExecutor
    channels: int = 3
    device: torch.device = CPU
    skipped: Sequence[Skipped] = ()
    _expected: dict[bytes, "list[Future[tuple[Cut, ...]]]"] = field(default_factory=dict, repr=False, compare=False)

    def cut(self, places: Places) -> Crops:
        """The crops at these places, decoded now where they were not expected."""
        made = [future.result() for future in self._expected.pop(places.key(), None) or self._begin(places)]
        clean, *degraded = (torch.from_numpy(np.stack(side)).to(self.device) for side in zip(*made, strict=True))
        return Crops(clean=clean, degraded=degraded[0] if degraded else None)

    def expect(self, count: int, side: int, *, rng: np.random.Generator, scale: int | None = None) -> None:
        """Begin to decode what these crops need, unless enough was begun already."""
        places = self.places(count, side, rng=rng, scale=scale)
        key = places.key()
        if key not in self._expected and len(self._expected) < EXPECTED:
            self._expected[key] = self._begin(places)

    def decoded(self) -> Iterator[tuple[Samples, ...]]:
        """The samples of each picture, decoded some ahead of who asks."""
        return ahead(self.pool, self._both, self.pairs)

    def part(self, kept: Sequence[int]) -> "Streaming":
        """Only the pictures of these numbers; workers and cache are shared."""
        return self._with(self.table.part(kept), [self.pairs[i] for i in kept], self.device)

    def to(self, device: torch.device | str, *, budget: int | None = None) -> "Streaming":
        """The same, with crops handed over on `device`; the pictures stay where they are, whatever the budget."""
        return self._with(self.table, self.pairs, torch.device(device))

    def _with(self, table: Table, pairs: Sequence[Pair], device: torch.device) -> "Streaming":
        return Streaming(
            table=table,
            pairs=pairs,
            cache=self.cache,
            pool=self.pool,
            channels=self.channels,
            device=device,
            skipped=self.skipped,
        )

    def _begin(self, places: Places) -> "list[Future[tuple[Cut, ...]]]":
        return [self.pool.submit(self._cut_one, places, crop) for crop in range(len(places))]

    def _cut_one(self, places: Places, crop: int) -> tuple[Cut, ...]:
        pair = self.pairs[places.picture[crop]]
        sides = [(pair.clean, places)]
        if pair.degraded is not None:
            sides.append((pair.degraded, places.smaller(self.scale)))
        return tuple(
            cut_one(
                self.cache.get(picture),
                at,
                crop,
                out=np.empty((self.channels, at.side, at.side), np.float32),
            )
            for picture, at in sides
        )

    def _both(self, pair: Pair) -> tuple[Samples, ...]:
        return tuple(self.cache.decoder(picture) for picture in (pair.clean, pair.degraded) if picture is not None)
