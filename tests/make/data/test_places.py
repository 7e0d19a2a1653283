import numpy as np
import pytest

from relume.errors import BadInputError
from relume.make.data.places import Table


def table(*sizes, **options):
    return Table(names=[f"folder/{i}" for i in range(len(sizes))], sizes=sizes, **options)


def test_draws_come_one_after_the_other_in_the_order_that_resumed_runs_count_on():
    sizes = [(40, 50), (80, 60)]
    places = table(*sizes).draw(9, 16, rng=np.random.default_rng(5))
    rng = np.random.default_rng(5)
    chosen = rng.choice(2, size=9, p=[2000 / 6800, 4800 / 6800])
    for crop, index in enumerate(chosen):
        height, width = sizes[index]
        expected = [rng.integers(height - 15), rng.integers(width - 15), rng.integers(4), rng.integers(2)]
        drawn = [places.top, places.left, places.turns, places.flipped]
        assert (places.picture[crop], [column[crop] for column in drawn]) == (index, expected)


def test_a_picture_is_as_likely_as_it_is_large_and_too_small_ones_are_left_out():
    places = table((40, 40), (80, 60), (7, 900)).draw(4000, 8, rng=np.random.default_rng(0))
    assert np.bincount(places.picture, minlength=3) / 4000 == pytest.approx([0.25, 0.75, 0], abs=0.03)


def test_each_folder_gets_its_share_of_the_crops_and_within_it_size_decides():
    shares = {"a": 0.6, "b": 0.3, "c": 0.1}
    names, sizes = ["a/0", "a/1", "b/2", "c/3"], [(40, 40), (80, 60), (8, 8), (7, 900)]
    places = Table(names=names, sizes=sizes, shares=shares).draw(4000, 8, rng=np.random.default_rng(0))
    # c has no picture that is large enough: the others take its share.
    assert np.bincount(places.picture, minlength=4) / 4000 == pytest.approx([0.5 / 3, 0.5, 1 / 3, 0], abs=0.03)


def test_every_place_and_every_turn_is_reached():
    places = table((20, 17)).draw(3000, 8, rng=np.random.default_rng(1))
    drawn = (places.top, places.left, places.turns, places.flipped)
    assert [set(column) for column in drawn] == [set(range(n)) for n in (13, 10, 4, 2)]


def test_offsets_keep_to_the_scale_and_reach_the_last_row():
    places = table((22, 17), scale=4).draw(500, 8, rng=np.random.default_rng(1))
    assert (set(places.top), set(places.left)) == ({0, 4, 8, 12}, {0, 4, 8})
    small = places.smaller(4)
    np.testing.assert_array_equal(small.top * 4, places.top)
    assert small.side == 2


def test_keys_tell_places_apart():
    one = table((40, 40))
    first, again, other = (one.draw(3, 8, rng=np.random.default_rng(seed)).key() for seed in (0, 0, 1))
    assert first == again != other
    assert one.draw(3, 9, rng=np.random.default_rng(0)).key() != first


def test_what_cannot_be_cut_is_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(BadInputError, match=r"No picture is at least 8 pixels high and wide. Choose a smaller crop"):
        table((7, 30)).draw(1, 8, rng=rng)
    with pytest.raises(BadInputError, match=r"a multiple of 4, but 1 of 6 were asked for. Change the recipe's batch"):
        table((70, 30), scale=4).draw(1, 6, rng=rng)
    with pytest.raises(BadInputError, match="at least one.* but 0 of 8"):
        table((70, 30)).draw(0, 8, rng=rng)
    assert not table((7, 30)).fits(8)
    assert table((7, 30), (8, 9)).fits(8)
