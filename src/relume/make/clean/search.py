"""Which of many 64-bit hashes are within a few bits of a given one, without comparing each with each.

Reference: Norouzi, Punjani, Fleet, "Fast exact search in Hamming space with multi-index hashing", TPAMI 2014.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Int64, UInt8, UInt64

_PARTS = 4  # of 16 bits; hashes that differ in 7 bits or fewer have a part that differs in one at most
_BITS = np.array([0, *(1 << bit for bit in range(16))], np.uint64)
_CROWD = 2000  # hashes of one bucket that are looked at
_ONES = np.array([value.bit_count() for value in range(1 << 16)], np.uint8)


class Near(NamedTuple):
    """Hashes that are close: the place of the asked one, that of the known one, and how many bits differ."""

    asked: Int64[np.ndarray, " n"]
    known: Int64[np.ndarray, " n"]
    bits: UInt8[np.ndarray, " n"]


class Index:
    """Hashes in four tables, one for each 16 bits, of 65,536 buckets each.

    All hashes that differ in at most 7 bits are found, of those that differ in 10 some four of five; but in a bucket
    that holds thousands (a film cut into frames) only the first 2,000 are looked at, which `crowded` tells.

    >>> index = Index(np.array([0b1011, 0xFFFF_0000_FFFF], np.uint64))
    >>> index.near(np.array([0b1000], np.uint64), bits=10)
    Near(asked=array([0]), known=array([0]), bits=array([2], dtype=uint8))
    """

    def __init__(self, known: UInt64[np.ndarray, " n"]) -> None:
        self._known = known
        parts = [_part(known, place).astype(np.int64) for place in range(_PARTS)]
        self._orders = [np.argsort(part, kind="stable") for part in parts]
        counts = [np.bincount(part, minlength=1 << 16) for part in parts]
        self._starts = [np.concatenate([[0], np.cumsum(count)]) for count in counts]
        self.crowded = sum(int((count > _CROWD).sum()) for count in counts)

    def near(self, asked: UInt64[np.ndarray, " m"], *, bits: int) -> Near:
        """All pairs of an asked and a known hash that were found to differ in at most `bits` bits, each once."""
        found = [self._in_table(asked, place, bits) for place in range(_PARTS)]
        who, which = np.concatenate(found, axis=1)
        both = np.unique(who * len(self._known) + which)
        who, which = np.divmod(both, max(len(self._known), 1))
        return Near(who, which, distance(asked[who], self._known[which]))

    def _in_table(self, asked: UInt64[np.ndarray, " m"], place: int, bits: int) -> Int64[np.ndarray, "2 k"]:
        buckets = (_part(asked, place)[:, None] ^ _BITS).astype(np.int64).ravel()
        first = self._starts[place][buckets]
        count = np.minimum(self._starts[place][buckets + 1] - first, _CROWD)
        who = np.repeat(np.arange(len(asked)).repeat(len(_BITS)), count)
        # Places 0, 1, 2 … within each bucket, all buckets in one array.
        within = np.arange(len(who)) - np.repeat(np.cumsum(count) - count, count)
        which = self._orders[place][np.repeat(first, count) + within]
        close = distance(asked[who], self._known[which]) <= bits
        return np.stack([who[close], which[close]])


def distance(one: UInt64[np.ndarray, " n"], other: UInt64[np.ndarray, " n"]) -> UInt8[np.ndarray, " n"]:
    """How many bits differ.

    >>> distance(np.array([3], np.uint64), np.array([8], np.uint64)).tolist()
    [3]
    """
    apart = np.ascontiguousarray(one ^ other).view(np.uint16).reshape(-1, 4)
    return _ONES[apart].sum(1, dtype=np.uint8)


def _part(values: UInt64[np.ndarray, " n"], place: int) -> UInt64[np.ndarray, " n"]:
    return (values >> np.uint64(16 * place)) & np.uint64(0xFFFF)
