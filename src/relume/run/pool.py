"""One pool of tiles for all pictures in flight: one thread reads, workers run the model, others encode."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from relume import files
from relume.errors import StoppedError
from relume.files import AbstractReader
from relume.image import Pixels, Plane
from relume.run.batch import Batcher
from relume.run.prepare import Prepared, Setup, copy, prepare
from relume.run.restorer import Tile, run_tiles
from relume.run.route import Wish
from relume.run.source import ImageWriter, Source

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Target:
    """A file that the result is written to, strip by strip; options are those of `relume.files.writer`."""

    path: Path
    options: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Result:
    """What came of one picture.

    Attributes:
        restored: the picture, of the type that was handed in (an Image for a path); None when it went to a file.
        details: what was found and decided.
        notes: what the file could not keep.
    """

    restored: Any
    details: dict[str, Any]
    notes: tuple[str, ...]
    seconds: float


@dataclass(eq=False)
class Order:
    """One picture that was asked for, and what it holds open."""

    source: Source
    wish: Wish
    target: Target | None = None
    on_progress: Progress = lambda name, done, of: None
    future: "Future[Result]" = field(default_factory=Future)
    stack: ExitStack = field(default_factory=ExitStack)
    began: float = 0.0
    done_rows: int = 0
    left: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    finish: Callable[[], Result] | None = None


class Pool:
    """Takes orders, bounded: `submit` waits when too many pictures are in flight."""

    def __init__(self, setup: Setup, *, batch_size: int = 1, in_flight: int | None = None) -> None:
        self._setup, self._batch_size = setup, batch_size
        self._in_flight = threading.Semaphore(in_flight or setup.workers + 2)
        self._orders: queue.Queue[Order | None] = queue.Queue()
        self._tiles: Batcher[tuple[Order, Tile]] = Batcher(size=batch_size, room=2 * setup.workers * batch_size)
        self._encoders = ThreadPoolExecutor(max_workers=2, thread_name_prefix="relume-encode")
        self._open: set[Order] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._feed, name="relume-read", daemon=True)]
        self._threads += [
            threading.Thread(target=self._work, name=f"relume-run-{place}", daemon=True)
            for place in range(setup.workers)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, order: Order) -> "Future[Result]":
        """Start one; waits for room. The picture counts as in flight until `release` is called for it."""
        self._in_flight.acquire()
        with self._lock:
            if self._stopping.is_set():
                self._in_flight.release()
                raise StoppedError("The engine is closed. Open a new one.")
            self._open.add(order)
        self._orders.put(order)
        return order.future

    def release(self) -> None:
        """The result of one order was taken: there is room for another."""
        self._in_flight.release()

    def close(self) -> None:
        """Stop: what is in flight ends with StoppedError, and leaves no file behind."""
        self._stopping.set()
        self._setup.restorer.session.stop()
        with self._lock:
            waiting = list(self._open)
        for order in waiting:
            self._fail(order, StoppedError("The engine was closed before this picture was done."))
        self._orders.put(None)
        self._tiles.close()
        for thread in self._threads:
            thread.join()
        self._encoders.shutdown(wait=True)

    def _feed(self) -> None:
        """Reads pictures in the order they were asked for, and cuts them into tiles."""
        while (order := self._orders.get()) is not None:
            if order.over.is_set() or not order.future.set_running_or_notify_cancel():
                self._fail(order, StoppedError("Cancelled."))
                continue
            try:
                self._start(order)
            except BaseException as error:  # noqa: BLE001  (the caller must get it, the thread must live)
                self._fail(order, error)

    def cancel(self, order: Order) -> None:
        """Nobody wants it any more: its tiles are skipped and its part file goes."""
        self._fail(order, StoppedError("Cancelled."))

    def _start(self, order: Order) -> None:
        order.began = monotonic()
        prepared = prepare(order.source, order.wish, self._setup, order.stack)
        write = self._writer(order, prepared)
        height = prepared.reader.height * self._setup.restorer.manifest.scale

        def on_rows(rows: int) -> None:
            order.done_rows += rows
            order.on_progress(order.source.name, order.done_rows, height)

        if prepared.make_job is None:
            copy(prepared.reader, write, on_rows)
            self._encoders.submit(self._finish, order)
            return
        job = prepared.make_job(write, on_rows)
        order.left = job.count
        for tile in job.tiles():
            if order.over.is_set():
                return
            self._tiles.put((order, tile), shape=tile.pixels.shape)

    def _writer(self, order: Order, prepared: Prepared) -> Callable[[Pixels, Plane | None], None]:
        scale = self._setup.restorer.manifest.scale
        reader: AbstractReader = prepared.reader
        if order.target is None:
            collected = ImageWriter(reader, scale=scale)
            order.finish = lambda: self._result(order, prepared, restored=_given_back(order, prepared, collected))
            return collected.write
        writer = order.stack.enter_context(
            files.writer(
                order.target.path,
                kept=reader.kept,
                height=reader.height * scale,
                width=reader.width * scale,
                channels=reader.channels,
                has_alpha=reader.has_alpha,
                **order.target.options,
            )
        )
        order.finish = lambda: self._result(order, prepared, notes=tuple(writer.notes))
        return writer.write

    def _result(self, order: Order, prepared: Prepared, *, restored: Any = None, notes: tuple[str, ...] = ()) -> Result:
        return Result(
            restored,
            prepared.details,
            (*prepared.reader.kept.notes, *prepared.notes, *notes),
            monotonic() - order.began,
        )

    def _work(self) -> None:
        """Runs batches of tiles, whosever they are."""
        while (batch := self._tiles.get()) is not None:
            batch = [(order, tile) for order, tile in batch if not order.over.is_set()]
            if not batch:
                continue
            work = [(tile.job.steps, tile.pixels) for _, tile in batch]
            work += [work[-1]] * (self._batch_size - len(work))  # one shape for all runs: no memory is planned anew
            try:
                restored = run_tiles(work)[: len(batch)]
            except BaseException as error:  # noqa: BLE001  (every caller must get it, the thread must live)
                self._one_by_one(batch, error)
                continue
            for (order, tile), pixels in zip(batch, restored, strict=True):
                self._accept(order, tile, pixels)

    def _one_by_one(self, batch: list[tuple[Order, Tile]], error: BaseException) -> None:
        """A batch failed: run its tiles alone, so that one bad picture fails alone."""
        for order, tile in batch:
            if len(batch) == 1:
                self._fail(order, error)
                continue
            try:
                (pixels,) = run_tiles([(tile.job.steps, tile.pixels)])
            except BaseException as own:  # noqa: BLE001
                self._fail(order, own)
            else:
                self._accept(order, tile, pixels)

    def _accept(self, order: Order, tile: Tile, pixels: Pixels) -> None:
        try:
            tile.job.accept(tile, pixels)
        except BaseException as error:  # noqa: BLE001
            self._fail(order, error)
            return
        with self._lock:
            order.left -= 1
            last = order.left == 0
        if last and not self._stopping.is_set():
            self._encoders.submit(self._finish, order)

    def _finish(self, order: Order) -> None:
        with self._lock:
            if order not in self._open:
                return
            self._open.discard(order)
        try:
            order.stack.close()  # encodes and renames
            assert order.finish is not None  # noqa: S101  (set before its first tile)
            result = order.finish()
        except BaseException as error:  # noqa: BLE001
            order.future.set_exception(error)
        else:
            order.future.set_result(result)

    def _fail(self, order: Order, error: BaseException) -> None:
        with self._lock:
            if order not in self._open:
                return
            self._open.discard(order)
        order.over.set()
        order.stack.__exit__(type(error), error, error.__traceback__)  # the part file goes
        if not order.future.done():
            order.future.set_exception(error)


def _given_back(order: Order, prepared: Prepared, collected: ImageWriter) -> Any:
    if prepared.make_job is None and order.source.unchanged:
        return order.source.unchanged()
    return order.source.back(collected.image())
