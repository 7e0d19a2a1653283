"""From a recipe's folders to data: list, pair, measure, and decode now or while training."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from relume.errors import BadInputError, ShapeMismatchError, UnreadableFileError
from relume.make.data.abstract import AbstractData
from relume.make.data.archives import ENDINGS
from relume.make.data.cutting import Slices
from relume.make.data.decode import SCANNER, Decoder, Samples, Window
from relume.make.data.layouts._text import parse
from relume.make.data.listing import listed
from relume.make.data.pictures import Pair, Skipped
from relume.make.data.places import Table
from relume.make.data.resident import Resident
from relume.make.data.streaming import Cache, Streaming
from relume.make.data.workers import ahead, workers

MEMORY_SHARE = 0.5  # of the machine's memory, for decoded pictures
FALLBACK_BYTES = 8_000_000_000  # where the system does not say how much memory it has


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How pictures are read, and what becomes of them.

    Attributes:
        window: of CT pictures, in Hounsfield units.
        broken: "refuse" a corpus with a broken picture, or "skip" it: `skipped` of the data says which and why.
        memory_limit: bytes of decoded pictures in memory; a corpus within it is decoded once, a larger one while
            training. None: half of the machine's memory.
        workers: threads that decode; None: one a core, up to 8.
    """

    window: Window = SCANNER
    broken: str = "refuse"
    memory_limit: int | None = None
    workers: int | None = None

    def __post_init__(self) -> None:
        if self.broken not in ("refuse", "skip"):
            raise BadInputError(f'broken is "refuse" or "skip", but came as {self.broken!r}.')


def open_data(
    root: Path,
    folders: Sequence[str],
    *,
    shares: Sequence[float] = (),
    layout: str | Any = "plain",
    channels: int = 3,
    reading: Reading | None = None,
) -> AbstractData:
    """The pictures of `folders` below `root` as data to cut training crops from.

    A folder may also be a .zip or .tar archive of its name, or hold such archives. `shares` of the crops are one a
    folder. `layout` says which pictures are clean and which degraded: an entry of `LAYOUTS`, by its name with options
    (`div2k:scale=4`) or as a value.
    """
    reading = reading or Reading()
    arranged: Any = parse(layout) if isinstance(layout, str) else layout
    pairs = [pair for folder in folders for pair in arranged(listed(root / folder, nested=arranged.nested))]
    if not pairs:
        raise BadInputError(f"No folder was given to look for pictures in {root}. Name at least one in the recipe.")
    opening = _Opening(Decoder(channels=channels, window=reading.window), reading, workers(reading.workers))
    return opening.data(pairs, _by_group([root / folder for folder in folders], shares))


@dataclass(frozen=True)
class _Opening:
    """One call of `open_data`."""

    decoder: Decoder
    reading: Reading
    pool: ThreadPoolExecutor

    def data(self, pairs: Sequence[Pair], shares: Mapping[str, float]) -> AbstractData:
        limit = _machine_share() if self.reading.memory_limit is None else self.reading.memory_limit
        measured, skipped = self._kept(pairs, self._measure)
        if sum(measure.bytes for _, measure in measured) <= limit:
            decoded, broken = self._kept([pair for pair, _ in measured], self._decode)
            table = _table([(pair, _measured(*samples)) for pair, samples in decoded], shares)
            self.pool.shutdown()
            return Resident(
                table=table,
                clean=Slices([samples[0] for _, samples in decoded]),
                degraded=Slices([samples[1] for _, samples in decoded]) if decoded[0][0].degraded else None,
                channels=self.decoder.channels,
                skipped=(*skipped, *broken),
            )
        if self.reading.broken == "skip":  # in the middle of a run it would be too late: crops are settled by then
            checked, broken = self._kept([pair for pair, _ in measured], self._check)
            measured = [(pair, measure) for pair, measure in checked]
            skipped = [*skipped, *broken]
        return Streaming(
            table=_table(measured, shares),
            pairs=[pair for pair, _ in measured],
            cache=Cache(self.decoder, limit),
            pool=self.pool,
            channels=self.decoder.channels,
            skipped=skipped,
        )

    def _kept(self, pairs: Sequence[Pair], function: Any) -> tuple[list[tuple[Pair, Any]], list[Skipped]]:
        """The result for each pair, and the pairs that are left out where that was asked for."""
        kept: list[tuple[Pair, Any]] = []
        skipped: list[Skipped] = []
        for pair, result in zip(pairs, ahead(self.pool, lambda pair: self._tried(function, pair), pairs), strict=True):
            if isinstance(result, Skipped):
                skipped.append(result)
            else:
                kept.append((pair, result))
        if not kept:
            raise BadInputError(f"Not one of {len(pairs)} pictures can be read. {skipped[0].reason}")
        return kept, skipped

    def _tried(self, function: Any, pair: Pair) -> Any:
        try:
            return function(pair)
        except UnreadableFileError as error:
            if self.reading.broken == "refuse":
                raise
            return Skipped(name=pair.name, reason=str(error))

    def _measure(self, pair: Pair) -> "_Measure":
        height, width, size = self.decoder.measure(pair.clean)
        if pair.degraded is None:
            return _Measure(height, width, size, None)
        low, narrow, more = self.decoder.measure(pair.degraded)
        return _Measure(height, width, size + more, (low, narrow))

    def _decode(self, pair: Pair) -> tuple[Samples, ...]:
        return tuple(self.decoder(picture) for picture in (pair.clean, pair.degraded) if picture is not None)

    def _check(self, pair: Pair) -> "_Measure":
        return _measured(*self._decode(pair))


@dataclass(frozen=True)
class _Measure:
    height: int
    width: int
    bytes: int
    degraded: tuple[int, int] | None


def _measured(clean: Samples, degraded: Samples | None = None) -> _Measure:
    size = clean.nbytes + (0 if degraded is None else degraded.nbytes)
    return _Measure(clean.shape[1], clean.shape[2], size, None if degraded is None else degraded.shape[1:])


def _table(measured: Sequence[tuple[Pair, _Measure]], shares: Mapping[str, float]) -> Table:
    scales = [_scale(pair, measure) for pair, measure in measured]
    if len(set(scales)) > 1:
        odd = next(pair for (pair, _), scale in zip(measured, scales, strict=True) if scale != scales[0])
        raise ShapeMismatchError(
            f"All pairs have one scale, but {measured[0][0].name} has {scales[0]} and {odd.name} another. "
            "Train on one scale at a time."
        )
    scale = scales[0]
    sizes = [
        (measure.height, measure.width)
        if measure.degraded is None
        else (min(measure.height, scale * measure.degraded[0]), min(measure.width, scale * measure.degraded[1]))
        for _, measure in measured
    ]
    paired = measured[0][1].degraded is not None
    return Table(names=[pair.name for pair, _ in measured], sizes=sizes, shares=shares, scale=scale, paired=paired)


def _scale(pair: Pair, measure: _Measure) -> int:
    """How many times larger the clean picture is; a last row or column that is no whole pixel below may be there."""
    if measure.degraded is None:
        return 1
    scale = round(measure.height / measure.degraded[0])
    clean = (measure.height, measure.width)
    off = [abs(large - scale * small) for large, small in zip(clean, measure.degraded, strict=True)]
    if scale < 1 or max(off) >= scale or (scale == 1 and clean != measure.degraded):
        raise ShapeMismatchError(
            f"A clean picture is a whole number of times as large as its degraded one, but {pair.name} has "
            f"{clean[1]} x {clean[0]} pixels and {pair.degraded.name if pair.degraded else ''} "
            f"{measure.degraded[1]} x {measure.degraded[0]}. Check which pictures belong together."
        )
    return scale


def _by_group(folders: Sequence[Path], shares: Sequence[float]) -> dict[str, float]:
    """The share of each folder by the first part of its pictures' names."""
    if not shares:
        return {}
    groups = [folder.stem if folder.suffix.lower() in ENDINGS else folder.name for folder in folders]
    if len(shares) != len(groups) or len(set(groups)) != len(groups):
        raise BadInputError(
            f"Each folder has its own name and one share, but the folders are {', '.join(map(str, folders))} "
            f"and the shares {', '.join(map(str, shares))}. Give as many of one as of the other."
        )
    return dict(zip(groups, shares, strict=True))


def _machine_share() -> int:
    try:
        return int(MEMORY_SHARE * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):
        return FALLBACK_BYTES
