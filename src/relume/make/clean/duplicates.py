"""Pictures that are there twice, within a folder and between it and a test folder.

Files of the same bytes first. Of the others the fingerprints are searched for ones that nearly agree, mirrored and as
windows of one another as well, and what was found is verified on aligned thumbnails.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

import numpy as np
from jaxtyping import UInt64

from relume.errors import BadInputError
from relume.make.clean import fingerprint
from relume.make.clean.align import correlation
from relume.make.clean.fingerprint import WINDOWS, Window
from relume.make.clean.scan import Thumbs
from relume.make.clean.search import Index

_BATCH = 16  # pictures that are searched for at once
_SAME = 4  # pictures of one and the same hash that are verified; the others of that hash find these as well
_WINDOWS = len(WINDOWS)


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """When two pictures are one.

    Attributes:
        correlation: of the details of their aligned thumbnails, 0 to 1, at least.
        bits: of the 64 of their fingerprints that may differ, for them to be verified at all.
        contrast: of details, in units of [0, 1]; what has less (a blank page) is a duplicate only of equal bytes.
        candidates: that are verified for each picture, the likeliest first, so that a film does not take for ever.
    """

    correlation: float = 0.5
    bits: int = 10
    contrast: float = 1 / 255
    candidates: int = 32

    def __post_init__(self) -> None:
        if not 0 < self.correlation <= 1 or not 0 <= self.bits <= 16 or self.contrast <= 0 or self.candidates < 1:
            raise BadInputError(
                "Likeness needs a correlation above 0 and up to 1, 0 to 16 bits, a contrast above 0 and at least one "
                f"candidate, but got {self}."
            )


class Member(NamedTuple):
    """A picture that may be there twice; `thumb` is None where it has no likeness worth comparing."""

    digest: str
    thumb: int | None
    is_test: bool = False


class Link(NamedTuple):
    """Two members that show the same. `one` is of the folder, `other` of the folder too or of the test folder."""

    one: int
    other: int
    correlation: float
    mirrored: bool
    exact: bool = False


class _Candidate(NamedTuple):
    bits: int
    part: int  # the member that is seen through the window
    whole: int
    window: int
    mirrored: bool


@dataclass
class Search:
    """Finds links between members; each is verified unless a chain of links ties its two members already."""

    members: Sequence[Member]
    thumbs: Thumbs
    likeness: Likeness = field(default_factory=Likeness)
    crowded: int = 0

    def links(self) -> Iterator[Link]:
        """All of them: of equal bytes first, then of equal looks."""
        self._root = list(range(len(self.members)))
        self._leaked: set[int] = set()
        first: list[int] = []
        for link in self._exact(first):
            self._note(link)
            yield link
        alike = [place for place in first if self.members[place].thumb is not None]
        for candidate in self._candidates(alike):
            link = self._verified(candidate)
            if link is not None:
                self._note(link)
                yield link

    def _exact(self, first: list[int]) -> Iterator[Link]:
        """Links of equal bytes; the first of each kind, of the folder and of the tests, are left in `first`."""
        seen: dict[tuple[str, bool], int] = {}
        for place, member in enumerate(self.members):
            earlier = seen.setdefault((member.digest, member.is_test), place)
            if earlier == place:
                first.append(place)
            elif not member.is_test:
                yield Link(earlier, place, 1.0, mirrored=False, exact=True)
        for place, member in enumerate(self.members):
            test = seen.get((member.digest, True))
            if not member.is_test and test is not None:
                yield Link(place, test, 1.0, mirrored=False, exact=True)

    def _note(self, link: Link) -> None:
        if self.members[link.other].is_test:
            self._leaked.add(link.one)
        else:
            self._root[self._top(link.one)] = self._top(link.other)

    def _top(self, place: int) -> int:
        while self._root[place] != place:
            self._root[place] = self._root[self._root[place]]
            place = self._root[place]
        return place

    def _candidates(self, alike: list[int]) -> Iterator[_Candidate]:
        whole = np.array([fingerprint.hashes(self._thumb(place))[0] for place in alike], np.uint64)
        known, kind = np.unique(whole, return_inverse=True)
        members = _first_of_each(alike, kind.reshape(-1).tolist(), self.members)
        index = Index(known)
        self.crowded = index.crowded
        rest = iter(alike)
        while batch := list(islice(rest, _BATCH)):
            near = index.near(self._asked(batch), bits=self.likeness.bits)
            best: list[dict[int, _Candidate]] = [{} for _ in batch]
            for asked, hash_, bits in zip(near.asked.tolist(), near.known.tolist(), near.bits.tolist(), strict=True):
                which, view = divmod(asked, 2 * _WINDOWS)
                for other in members[hash_]:
                    found = _Candidate(bits, batch[which], other, view % _WINDOWS, view >= _WINDOWS)
                    best[which][other] = min(found, best[which].get(other, found))
            for one in best:
                yield from islice((c for c in sorted(one.values()) if self._is_news(c)), self.likeness.candidates)

    def _asked(self, batch: list[int]) -> UInt64[np.ndarray, " n"]:
        windows = [fingerprint.hashes(self._thumb(place)) for place in batch]
        return np.concatenate([part for each in windows for part in (each, fingerprint.mirrored(each))])

    def _is_news(self, candidate: _Candidate) -> bool:
        one, other = candidate.part, candidate.whole
        tests = [place for place in (one, other) if self.members[place].is_test]
        if one == other or len(tests) == 2:
            return False
        if tests:
            return (one if other in tests else other) not in self._leaked
        return self._top(one) != self._top(other)

    def _verified(self, candidate: _Candidate) -> Link | None:
        part = self._thumb(candidate.part)
        window = WINDOWS[candidate.window]
        if candidate.mirrored:
            part = np.ascontiguousarray(part[:, ::-1])
            window = Window(window.top, window.bottom, 1 - window.right, 1 - window.left)
        found = correlation(self._thumb(candidate.whole), part, window)
        if found < self.likeness.correlation:
            return None
        pair = sorted((candidate.part, candidate.whole), key=lambda place: (self.members[place].is_test, place))
        return Link(pair[0], pair[1], min(found, 1.0), mirrored=candidate.mirrored)

    def _thumb(self, place: int) -> fingerprint.Thumb:
        thumb = self.members[place].thumb
        assert thumb is not None  # noqa: S101  (others are not searched for)
        return self.thumbs[thumb]


def _first_of_each(alike: list[int], kind: list[int], members: Sequence[Member]) -> list[list[int]]:
    """Of each hash the first few members, of the folder and of the tests."""
    found: list[list[int]] = [[] for _ in range(max(kind, default=-1) + 1)]
    for place, hash_ in zip(alike, kind, strict=True):
        if sum(members[other].is_test == members[place].is_test for other in found[hash_]) < _SAME:
            found[hash_].append(place)
    return found
