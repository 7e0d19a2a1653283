"""Threads that decode: the codecs let other threads run while they work."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

WORKERS = 8  # at most, unless asked for: more cores are better spent on the net

Item = TypeVar("Item")
Result = TypeVar("Result")


def workers(count: int | None = None) -> ThreadPoolExecutor:
    """A pool of `count` threads; as many as there are cores, up to 8, when None."""
    if count is None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        count = min(WORKERS, cores)
    return ThreadPoolExecutor(count, thread_name_prefix="relume-data")


def ahead(
    pool: ThreadPoolExecutor, function: Callable[[Item], Result], items: Iterable[Item], *, count: int = WORKERS
) -> Iterator[Result]:
    """`function` of each item, in order; at most `count` results wait for who takes them.

    >>> with workers(2) as pool:
    ...     list(ahead(pool, abs, [-1, 2, -3]))
    [1, 2, 3]
    """
    waiting: deque[Future[Result]] = deque()
    for item in items:
        waiting.append(pool.submit(function, item))
        if len(waiting) > count:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
