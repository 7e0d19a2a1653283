"""One pool of tiles for all pictures in flight: one thread reads, workers run the model, others encode."""

import queue
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic
from typing import Any

from relume.errors import StoppedError
from relume.files import AbstractReader, format_for
from relume.files import copy as copy_file
from relume.files import writer as file_writer
from relume.image import Pixels, Plane
from relume.run.batch import Batcher
from relume.run.order import Order, Result
from relume.run.prepare import DEFAULT_LIMIT, Prepared, Setup, copy, noted, prepare
from relume.run.restorer import Tile, run_tiles
from relume.run.room import Room
from relume.run.source import ImageWriter


class Pool:
    """Takes orders. Tiles that wait are bounded in number, and results in bytes; orders are up to their callers."""

    def __init__(self, setup: Setup, *, batch_size: int = 1) -> None:
        self._setup, self._batch_size = setup, batch_size
        self._orders: queue.Queue[Order | None] = queue.Queue()
        self._tiles: Batcher[tuple[Order, Tile]] = Batcher(size=batch_size, room=2 * setup.workers * batch_size)
        self._results = Room(setup.memory_limit or DEFAULT_LIMIT)
        self._encoders = ThreadPoolExecutor(max_workers=2, thread_name_prefix="relume-encode")
        self._open: set[Order] = set()
        self._lock = threading.Lock()
        self._stopping = False
        self._threads = [threading.Thread(target=self._feed, name="relume-read", daemon=True)]
        self._threads += [
            threading.Thread(target=self._work, name=f"relume-run-{place}", daemon=True)
            for place in range(setup.workers)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, order: Order) -> "Future[Result]":
        """Start one; never waits. `release` it once its result was taken."""
        with self._lock:
            if self._stopping:
                raise StoppedError("The engine is closed. Open a new one.")
            self._open.add(order)
            self._orders.put(order)
        return order.future

    def result(self, order: Order) -> Result:
        """Waits for it."""
        self._results.want(order)
        return order.future.result()

    def release(self, order: Order) -> None:
        """Its result was taken, or nobody wants it: there is room for another."""
        self._results.give(order)

    def cancel(self, order: Order) -> None:
        """Nobody wants it any more: its tiles are skipped and its part file goes."""
        self._fail(order, StoppedError("Cancelled."))

    def close(self) -> None:
        """Stop: what is in flight ends with StoppedError, and leaves no file behind."""
        with self._lock:
            self._stopping = True
            waiting = list(self._open)
        self._setup.restorer.session.stop()
        for order in waiting:
            self._fail(order, StoppedError("The engine was closed before this picture was done."))
        self._orders.put(None)
        self._tiles.close()
        self._results.close()
        for thread in self._threads:
            if thread is not threading.current_thread():  # a forgotten engine is collected in whatever thread runs
                thread.join()
        self._encoders.shutdown(wait=True)

    @contextmanager
    def _using(self, order: Order) -> Generator[bool]:
        """While this thread uses what the order holds open, nobody lets go of it. False when the order is over.

        An error fails the order, and the thread lives.
        """
        with self._lock:
            alive = order in self._open
            order.users += alive
        try:
            yield alive
        except BaseException as error:  # noqa: BLE001  (the caller must get it, the thread must live)
            self._fail(order, error)
        finally:
            with self._lock:
                order.users -= alive
                unused = alive and order.users == 0 and order.error is not None
            if unused:
                order.let_go()

    def _fail(self, order: Order, error: BaseException) -> None:
        with self._lock:
            if order not in self._open:
                return
            self._open.discard(order)
            order.error = error
            unused = order.users == 0
        if unused:
            order.let_go()

    def _feed(self) -> None:
        """Reads pictures in the order they were asked for, and cuts them into tiles."""
        while self._feed_one():
            pass  # nothing of a picture is kept in a variable while the next is waited for

    def _feed_one(self) -> bool:
        order = self._orders.get()
        if order is None:
            return False
        with self._using(order) as alive:
            if alive and order.future.set_running_or_notify_cancel():
                self._start(order)
            elif alive:
                self.cancel(order)
        return True

    def _start(self, order: Order) -> None:
        order.began = monotonic()
        prepared = prepare(order.source, order.wish, self._setup, order.stack)
        height = prepared.reader.height * self._setup.restorer.manifest.scale
        self._results.take(order, 0 if order.target else self._bytes(prepared.reader))
        if prepared.make_job is None and self._is_copy(order, prepared):
            self._encode(order)
            return
        write = self._writer(order, prepared)

        def on_rows(rows: int) -> None:
            order.done_rows += rows
            order.on_progress(order.source.name, order.done_rows, height)

        if prepared.make_job is None:
            copy(prepared.reader, write, on_rows)
            self._encode(order)
            return
        job = prepared.make_job(write, on_rows)
        order.left = job.count
        for tile in job.tiles():
            if order.error:
                return
            self._tiles.put((order, tile), shape=tile.pixels.shape)

    def _encode(self, order: Order) -> None:
        try:
            self._encoders.submit(self._finish, order)
        except RuntimeError:  # the interpreter ends, and its executors have closed before anybody closed the engine
            self._fail(order, StoppedError("The program ended before this picture was done."))

    def _bytes(self, reader: AbstractReader) -> int:
        """What a picture and its result take in memory."""
        each = 4 * reader.height * reader.width * (reader.channels + reader.has_alpha)
        return each * (1 + self._setup.restorer.manifest.scale**2)

    def _writer(self, order: Order, prepared: Prepared) -> Callable[[Pixels, Plane | None], None]:
        scale = self._setup.restorer.manifest.scale
        reader: AbstractReader = prepared.reader
        if order.target is None:
            collected = ImageWriter(reader, scale=scale)
            order.finish = lambda: self._result(order, prepared, restored=_given_back(order, prepared, collected))
            return collected.write
        writer = order.stack.enter_context(
            file_writer(
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
            unchanged=prepared.make_job is None,
        )

    def _is_copy(self, order: Order, prepared: Prepared) -> bool:
        """Nothing is to be changed, not even the format: the file goes over byte for byte, past every codec."""
        target, file = order.target, order.source.file
        if target is None or file is None:
            return False
        wanted = {name: value for name, value in target.options.items() if name != "overwrite" and value is not None}
        if wanted or format_for(target.path) != prepared.reader.kept.format:
            return False

        def finish() -> Result:
            copy_file(file, target.path, overwrite=target.options.get("overwrite", True))
            order.on_progress(order.source.name, prepared.reader.height, prepared.reader.height)
            return self._result(order, prepared)

        order.finish = finish
        return True

    def _work(self) -> None:
        """Runs batches of tiles, whosever they are."""
        while self._work_one():
            pass

    def _work_one(self) -> bool:
        batch = self._tiles.get()
        if batch is None:
            return False
        self._run([(order, tile) for order, tile in batch if not order.error])
        return True

    def _run(self, batch: list[tuple[Order, Tile]]) -> None:
        if not batch:
            return
        work = [(tile.job.steps, tile.pixels) for _, tile in batch]
        work += [work[-1]] * (self._batch_size - len(work))  # one shape for all runs: no memory is planned anew
        try:
            restored = run_tiles(work)[: len(batch)]
        except BaseException as error:  # noqa: BLE001  (every caller must get it, the thread must live)
            if len(batch) == 1:
                self._fail(batch[0][0], error)
                return
            for one in batch:  # alone, so that one bad picture fails alone
                self._run([] if one[0].error else [one])
            return
        for (order, tile), pixels in zip(batch, restored, strict=True):
            self._accept(order, tile, pixels)

    def _accept(self, order: Order, tile: Tile, pixels: Pixels) -> None:
        last = False
        with self._using(order) as alive:
            if alive:
                tile.job.accept(tile, pixels)
                with self._lock:
                    order.left -= 1
                    last = order.left == 0
        if last:
            self._encode(order)

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


def _given_back(order: Order, prepared: Prepared, collected: ImageWriter) -> Any:
    if prepared.make_job is None and order.source.unchanged:
        return order.source.unchanged()
    return order.source.back(noted(collected.image(), prepared))
