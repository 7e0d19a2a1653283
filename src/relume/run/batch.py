"""Batches out of a bounded queue: items of one shape, as many as are there, up to a full batch."""

import threading
from collections import deque
from time import monotonic
from typing import Generic, TypeVar

Item = TypeVar("Item")
PATIENCE = 0.02  # seconds that a batch waits for the items that would fill it


class Batcher(Generic[Item]):
    """A queue of at most `room` items that hands out batches of at most `size` items of one shape, oldest first.

    >>> batcher = Batcher(size=2, room=4)
    >>> for name, shape in (("a", (1, 1)), ("b", (2, 2)), ("c", (1, 1))):
    ...     batcher.put(name, shape=shape)
    >>> batcher.get(), batcher.get()
    (['a', 'c'], ['b'])
    """

    def __init__(self, *, size: int, room: int) -> None:
        self._size, self._room = size, room
        self._items: deque[tuple[tuple[int, ...], Item]] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def put(self, item: Item, *, shape: tuple[int, ...]) -> None:
        """Add one; waits while the queue is full. After `close` the item is dropped."""
        with self._changed:
            while len(self._items) >= self._room and not self._closed:
                self._changed.wait()
            if not self._closed:
                self._items.append((shape, item))
            self._changed.notify_all()

    def get(self) -> list[Item] | None:
        """The next batch; waits for it. None once the queue is closed."""
        with self._changed:
            while not self._items and not self._closed:
                self._changed.wait()
            until = monotonic() + PATIENCE
            while not self._closed and self._fitting() < self._size and (left := until - monotonic()) > 0:
                self._changed.wait(left)
            if self._closed or not self._items:  # another thread may have taken what was there
                return None if self._closed else []
            batch = self._take()
            self._changed.notify_all()
            return batch

    def close(self) -> None:
        """Drop what waits, and let everybody go who waits for it."""
        with self._changed:
            self._closed = True
            self._items.clear()
            self._changed.notify_all()

    def _fitting(self) -> int:
        return sum(shape == self._items[0][0] for shape, _ in self._items) if self._items else 0

    def _take(self) -> list[Item]:
        wanted = self._items[0][0]
        batch: list[Item] = []
        others: deque[tuple[tuple[int, ...], Item]] = deque()
        for shape, item in self._items:
            if shape == wanted and len(batch) < self._size:
                batch.append(item)
            else:
                others.append((shape, item))
        self._items = others
        return batch
