import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relume.errors import BadInputError, OutOfMemoryError
from relume.run.manifest import Manifest
from relume.run.plan import BYTES_PER_TILE_PIXEL, RAMP, check_whole, fit, runs_within, side_within

NET = Manifest(task="denoise", name="net", halo=32, multiple_of=8, tile=768)


@given(height=st.integers(1, 5000), width=st.integers(1, 5000), side=st.sampled_from([128, 200, 512, 768]))
def test_tiles_cover_the_picture_and_share_what_they_must(height: int, width: int, side: int) -> None:
    grid = fit(height, width, manifest=NET, halo=32, side=side)
    for length, tile, found in ((height, grid.tile_height, grid.tops), (width, grid.tile_width, grid.lefts)):
        assert tile <= max(side, 8)
        assert tile % 8 == 0
        assert length <= found[-1] + tile < length + 8
        assert all(first + tile - second >= 2 * 32 + RAMP for first, second in itertools.pairwise(found))


def test_tiles_are_no_larger_than_they_need_to_be() -> None:
    grid = fit(600, 800, manifest=NET, halo=32, side=512)
    assert (len(grid.tops), len(grid.lefts)) == (2, 2)
    assert grid.tile_height < 400


def test_fixed_tiles_have_one_shape_whatever_the_picture() -> None:
    shapes = {
        (grid.tile_height, grid.tile_width)
        for grid in (
            fit(h, w, manifest=NET, halo=32, side=256, fixed=True) for h, w in ((10, 10), (300, 2000), (256, 256))
        )
    }
    assert shapes == {(256, 256)}


def test_a_tile_without_room_beside_its_halo_is_refused() -> None:
    with pytest.raises(BadInputError, match=r"net needs tiles of at least \d+ pixels, but tile_size is 64"):
        fit(600, 800, manifest=NET, halo=32, side=64)


def test_a_picture_smaller_than_the_smallest_tile_is_one_tile() -> None:
    grid = fit(20, 30, manifest=NET, halo=32, side=64)
    assert (grid.tile_height, grid.tile_width) == (24, 32)


def test_less_memory_makes_smaller_tiles() -> None:
    sides = [
        side_within(limit, manifest=NET, halo=32, width=6000, channels=3)
        for limit in (2_000_000_000, 300_000_000, 150_000_000)
    ]
    assert sides[0] == 768 > sides[1] > sides[2]


def test_too_little_memory_is_said() -> None:
    with pytest.raises(OutOfMemoryError, match="needs more than 10 MB with net. Raise memory_limit"):
        side_within(10_000_000, manifest=NET, halo=32, width=60000, channels=3)


def test_a_picture_too_large_to_be_seen_whole_is_said() -> None:
    with pytest.raises(OutOfMemoryError, match="needs the whole picture at once: 10000x10000 takes about 8400 MB"):
        check_whole(10**9, manifest=NET, height=10000, width=10000, channels=3)


def test_many_cores_take_no_more_memory_than_two() -> None:
    """Tiles are cut so that two runs fit; with sixteen runs of that size the limit would be exceeded sixfold."""
    assert runs_within(500_000_000, manifest=NET, threads=16) == 2
    assert runs_within(500_000_000, manifest=NET, threads=1) == 1
    plenty = runs_within(8_000_000_000, manifest=NET, threads=64)
    assert 8 <= plenty < 64
    assert plenty * NET.tile**2 * BYTES_PER_TILE_PIXEL <= 4_000_000_000
