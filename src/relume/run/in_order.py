"""Results in order, while several pictures are in flight."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from relume.run.order import Order, Result
from relume.run.pool import Pool


class InOrder(Iterator[Any]):
    """Results in the order of their orders, of which only so many are started ahead.

    Attributes:
        failed: the order whose error was raised last; None when it was not a picture's.
    """

    def __init__(self, pool: Pool, orders: Iterator[Order], ahead: int, give: Callable[[Order, Result], Any]) -> None:
        self._pool, self._orders, self._ahead, self._give = pool, orders, ahead, give
        self._started: deque[Order] = deque()
        self._end: Exception | None = None
        self.failed: Order | None = None

    def __next__(self) -> Any:
        self.failed = None
        self._fill()
        if not self._started:
            end, self._end = self._end or StopIteration(), StopIteration()
            raise end
        order = self._started.popleft()
        try:
            return self._give(order, self._pool.result(order))
        except Exception:
            self.failed = order
            raise
        finally:
            self._pool.release(order)

    def close(self) -> None:
        """Cancel what was started and is not wanted any more."""
        self._end = StopIteration()
        while self._started:
            order = self._started.popleft()
            self._pool.cancel(order)
            self._pool.release(order)

    def _fill(self) -> None:
        while self._end is None and len(self._started) < self._ahead:
            try:
                order = next(self._orders)
            except Exception as error:  # noqa: BLE001  (the sources' end, or a mistake in them: raised in its turn)
                self._end = error
            else:
                self._pool.submit(order)
                self._started.append(order)
