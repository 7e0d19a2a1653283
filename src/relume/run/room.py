"""Room for results: pictures that are restored in memory and that nobody has taken yet are bounded in bytes."""

import threading
from collections.abc import Hashable
from typing import Any
from weakref import WeakKeyDictionary, WeakSet


class Room:
    """Bytes that results may take. One result has room however large it is, and who waits is never made to wait.

    What is forgotten by its caller (a run of pictures that nobody reads to its end) takes no room.

    >>> class Order: pass
    >>> room, first, second = Room(100), Order(), Order()
    >>> room.take(first, 300)
    >>> room.want(second)   # without this, the next line would wait until the first is given back
    >>> room.take(second, 300)
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._taken: WeakKeyDictionary[Hashable, int] = WeakKeyDictionary()
        self._wanted: WeakSet[Any] = WeakSet()
        self._changed = threading.Condition()
        self._closed = False

    def take(self, owner: Hashable, size: int) -> None:
        """Waits until there is room for `size` bytes, or somebody waits for a result that has none yet."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._wanted) > 0 or self._fits(size))
            self._taken[owner] = size
            self._wanted.discard(owner)

    def want(self, owner: Hashable) -> None:
        """Somebody waits for this result now: it gets room, and so does what stands before it."""
        with self._changed:
            if owner not in self._taken:
                self._wanted.add(owner)
                self._changed.notify_all()

    def give(self, owner: Hashable) -> None:
        """The result was taken, or will never be."""
        with self._changed:
            self._taken.pop(owner, None)
            self._wanted.discard(owner)
            self._changed.notify_all()

    def close(self) -> None:
        """Nobody waits any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _fits(self, size: int) -> bool:
        held = sum(self._taken.values())
        return held == 0 or held + size <= self._limit
