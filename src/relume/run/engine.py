"""Engine and AsyncEngine: many pictures through one model; reading, inference and writing overlap."""

import asyncio
import weakref
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from relume.errors import BadInputError, OutOfMemoryError, RelumeError
from relume.files import Limits
from relume.image import Depth
from relume.run.in_order import InOrder
from relume.run.manifest import Manifest
from relume.run.order import Order, Progress, Result, Target
from relume.run.plan import runs_within
from relume.run.pool import Pool
from relume.run.prepare import DEFAULT_LIMIT, Setup, memory_bytes, usable_cores
from relume.run.restorer import Restorer
from relume.run.route import Wish
from relume.run.source import Source
from relume.run.store import Store
from relume.tasks import TASKS


@dataclass(frozen=True)
class Outcome:
    """What came of one file of many.

    Attributes:
        error: why it failed; None when it was done.
        notes: what the target's format could not keep.
        details: model, strength, noise as it was found.
        unchanged: there was nothing to do; a file of the same format is then the source's own bytes.
    """

    source: str
    target: Path
    error: RelumeError | None = None
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    details: dict[str, Any] = field(default_factory=dict[str, Any])
    unchanged: bool = False


def open_restorer(
    task: str,
    *,
    model: str | None = None,
    scale: int | None = None,
    settings: Mapping[str, Any] | None = None,
    device: str = "auto",
    precision: str = "auto",
    runtime: str = "onnx",
    threads: int = 1,
) -> Restorer:
    """The model of that name (None: the task's default), ready to run."""
    found = Store().get(task, model or TASKS[task].default, scale=scale, settings=settings)
    session = found.open(device=device, precision=precision, runtime=runtime, threads=threads)
    return Restorer(found.manifest, session)


class Engine:
    """One model, and a pool of tiles of all pictures in flight.

    Args:
        task: "denoise", "dejpeg", "enhance", "upscale".
        model: a name of `relume models list`, or the path of an `.onnx` file; None: the task's default.
        scale: for upscalers.
        settings: a classical filter's own, say {"radius": 2}.
        device: "auto", "cpu", "cuda:0" …
        precision: "auto", "fp32", "fp16", "bf16", "int8".
        runtime: "onnx", "openvino", "torch".
        tile_size: largest side of a tile, in pixels; None: the model's own, or less where memory asks for it.
        batch_size: tiles in one run. More than 1 helps on a GPU; all tiles then have one shape.
        memory_limit: what tiles and strips in flight may take ("2GB"), and as much again for results that are not
            taken yet (one may be larger); None: 700 MB.
        threads: processor cores that inference uses; None: all. As many tiles at once as `memory_limit` has room for;
            the other threads make each run faster.
        limits: what a file may be like to be opened at all.

    >>> import numpy as np
    >>> with Engine("enhance", model="gamma") as engine:
    ...     [restored.shape for restored in engine.process([np.zeros((4, 6, 3), np.uint8)])]
    [(4, 6, 3)]
    """

    def __init__(
        self,
        task: str = "denoise",
        *,
        model: str | None = None,
        scale: int | None = None,
        settings: Mapping[str, Any] | None = None,
        device: str = "auto",
        precision: str = "auto",
        runtime: str = "onnx",
        tile_size: int | None = None,
        batch_size: int | None = None,
        memory_limit: str | int | None = None,
        threads: int | None = None,
        limits: Limits | None = None,
    ) -> None:
        if batch_size is not None and batch_size < 1:
            raise BadInputError(f"batch_size is 1 or more, not {batch_size}.")
        if threads is not None and threads < 1:
            raise BadInputError(f"threads is 1 or more, not {threads}.")
        threads, limit = threads or usable_cores(), memory_bytes(memory_limit)
        found = Store().get(task, model or TASKS[task].default, scale=scale, settings=settings)
        workers = runs_within(limit or DEFAULT_LIMIT, manifest=found.manifest, threads=threads)
        session = found.open(device=device, precision=precision, runtime=runtime, threads=-(-threads // workers))
        restorer = Restorer(found.manifest, session)
        setup = Setup(
            restorer=restorer,
            tile_size=tile_size,
            memory_limit=limit,
            workers=workers,
            fixed=(batch_size or 1) > 1 and restorer.manifest.halo is not None,
        )
        self._limits = limits
        self._pool = Pool(setup, batch_size=batch_size or 1)
        # An engine that nobody closed must not leave threads in a run while the interpreter goes away under them.
        self._closing = weakref.finalize(self, self._pool.close)
        self._room = workers + 2
        self.manifest: Manifest = restorer.manifest

    def process(self, sources: Iterable[Any], *, channel_order: str = "rgb", **wish: Any) -> Iterator[Any]:
        """The restored pictures, lazily and in order, each of the type that was handed in (a path gives an Image).

        `wish` is strength, noise_type, sigma. A picture that fails raises its error when its turn comes; the ones after
        it are still there for who calls `next` again. Arrays are read in their turn, a few ahead of the results: do not
        write into one before its result is there.
        """
        asked = Wish(**wish)
        orders = (Order(Source.of(thing, channel_order=channel_order, limits=self._limits), asked) for thing in sources)
        return InOrder(self._pool, orders, self._room, lambda order, result: result.restored)

    def restore_files(
        self,
        pairs: Iterable[tuple[str | Path | bytes, str | Path]],
        *,
        on_progress: Progress | None = None,
        overwrite: bool = True,
        quality: int | None = None,
        chroma: str | None = None,
        depth: Depth | None = None,
        **wish: Any,
    ) -> Generator[Outcome]:
        """Restore files to files, strip by strip, and tell of each, in order; a failure is an outcome, no exception.

        `on_progress(source, rows done, rows in all)` is called from the engine's threads. Leaving the run before its
        end cancels what was begun.
        """
        asked = Wish(**wish)
        options = {"overwrite": overwrite, "quality": quality, "chroma": chroma, "depth": depth}
        orders = (
            Order(
                Source.of(source, limits=self._limits),
                asked,
                Target(Path(target), options),
                on_progress or (lambda name, done, of: None),
            )
            for source, target in pairs
        )
        results = InOrder(self._pool, orders, self._room, _outcome)
        try:
            while True:
                try:
                    outcome = next(results)
                except StopIteration:
                    return
                except Exception as error:  # one bad picture fails alone, whatever it broke
                    if results.failed is None:
                        raise
                    outcome = Outcome(results.failed.source.name, _path(results.failed), _as_ours(error))
                yield outcome
        finally:
            results.close()

    def close(self) -> None:
        """Stop what is in flight, and leave no half file."""
        self._closing()

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncEngine:
    """The same pool for asyncio: any number of calls may wait, few are in flight.

    Arguments are those of `Engine`. A call that is cancelled leaves the pool at its next tile.
    """

    def __init__(self, task: str = "denoise", **options: Any) -> None:
        self._engine = Engine(task, **options)
        self._room = asyncio.Semaphore(self._engine._room)
        self._pool = self._engine._pool
        self.manifest = self._engine.manifest

    async def process(self, source: Any, *, channel_order: str = "rgb", **wish: Any) -> Any:
        """The restored picture, of the type that was handed in (a path gives an Image)."""
        order = Order(Source.of(source, channel_order=channel_order, limits=self._engine._limits), Wish(**wish))
        async with self._room:
            future = self._pool.submit(order)
            try:
                return (await asyncio.wrap_future(future)).restored
            except asyncio.CancelledError:
                self._pool.cancel(order)
                raise
            finally:
                self._pool.release(order)

    async def close(self) -> None:
        """Stop what is in flight."""
        await asyncio.to_thread(self._engine.close)

    async def __aenter__(self) -> "AsyncEngine":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _outcome(order: Order, result: Result) -> Outcome:
    return Outcome(
        order.source.name,
        _path(order),
        seconds=result.seconds,
        notes=result.notes,
        unchanged=result.unchanged,
        details=result.details,
    )


def _as_ours(error: Exception) -> RelumeError:
    if isinstance(error, RelumeError):
        return error
    if isinstance(error, MemoryError):
        ours: RelumeError = OutOfMemoryError("The picture does not fit into memory. Lower memory_limit or tile_size.")
    else:
        ours = RelumeError(f"{type(error).__name__}: {error}. This is a mistake of relume's own; a report is welcome.")
    ours.__cause__ = error
    return ours


def _path(order: Order) -> Path:
    assert order.target is not None  # noqa: S101  (`restore_files` gave it one)
    return order.target.path
