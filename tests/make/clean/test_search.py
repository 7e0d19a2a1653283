import numpy as np

from relume.make.clean import search
from relume.make.clean.search import Index, distance


def flipped(value: int, places) -> int:
    for place in places:
        value ^= 1 << int(place)
    return value


def test_distance_counts_the_bits_that_python_counts():
    one, other = np.random.default_rng(0).integers(0, 2**64, (2, 200), np.uint64)
    expected = [(int(a) ^ int(b)).bit_count() for a, b in zip(one, other, strict=True)]
    assert distance(one, other).tolist() == expected


def test_all_that_differ_in_seven_bits_or_fewer_are_found_as_by_comparing_each_with_each():
    rng = np.random.default_rng(1)
    known = rng.integers(0, 2**64, 500, np.uint64)
    near = [flipped(int(known[place]), rng.permutation(64)[: place % 8]) for place in range(300)]
    asked = np.array([*near, *rng.integers(0, 2**64, 100, np.uint64).tolist()], np.uint64)
    found = Index(known).near(asked, bits=7)
    every = np.array([distance(np.full(len(known), one), known) for one in asked])
    assert set(zip(found.asked.tolist(), found.known.tolist(), strict=True)) == set(
        zip(*np.nonzero(every <= 7), strict=True)
    )
    assert (found.bits == every[found.asked, found.known]).all()


def test_nothing_beyond_the_limit_is_returned_and_each_pair_once():
    rng = np.random.default_rng(2)
    known = rng.integers(0, 2**64, 300, np.uint64)
    asked = np.array([flipped(int(one), rng.permutation(64)[:9]) for one in known], np.uint64)
    found = Index(known).near(asked, bits=10)
    pairs = list(zip(found.asked.tolist(), found.known.tolist(), strict=True))
    assert len(pairs) == len(set(pairs))
    assert found.bits.max() <= 10
    assert sum(one == other for one, other in pairs) > 0.7 * len(known)  # nine differing bits: most are found


def test_the_work_does_not_grow_with_the_square_of_the_hashes(monkeypatch):
    compared = 0

    def counted(one, other):
        nonlocal compared
        compared += len(one)
        return distance(one, other)

    monkeypatch.setattr(search, "distance", counted)
    known = np.random.default_rng(3).integers(0, 2**64, 40_000, np.uint64)
    Index(known).near(known[:1000], bits=10)
    assert compared < 1000 * len(known) / 200


def test_a_crowded_bucket_is_not_searched_to_its_end_and_that_is_told(monkeypatch):
    monkeypatch.setattr(search, "_CROWD", 10)
    known = np.arange(1, 101, dtype=np.uint64)  # all alike but in the lowest bits
    index = Index(known)
    assert index.crowded == 3
    assert len(index.near(known[:1], bits=10).known) < 100


def test_no_hashes_and_no_questions_give_nothing():
    none = np.empty(0, np.uint64)
    assert len(Index(none).near(np.array([5], np.uint64), bits=10).known) == 0
    assert len(Index(np.array([5], np.uint64)).near(none, bits=10).known) == 0
