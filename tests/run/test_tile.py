import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from relume.errors import BadInputError
from relume.image import Box
from relume.run.tile import Canvas, Grid, starts, trust


@given(
    length=st.integers(1, 700), size=st.integers(8, 200), overlap=st.integers(0, 100), step=st.sampled_from([1, 2, 8])
)
def test_windows_cover_share_and_lie_on_the_grid(length: int, size: int, overlap: int, step: int) -> None:
    size -= size % step
    if -(-overlap // step) * step >= size:
        return
    found = starts(length, size, overlap, step=step)
    assert found[0] == 0
    assert length <= found[-1] + size < length + step + (size if length <= size else 0)
    assert all(start % step == 0 for start in found)
    assert all(b - a <= size - overlap for a, b in itertools.pairwise(found))


@pytest.mark.parametrize("overlap", [-1, 16, 20])
def test_an_overlap_as_large_as_the_tile_is_refused(overlap: int) -> None:
    with pytest.raises(BadInputError, match=r"overlap must be in \[0, 16\)"):
        starts(100, 16, overlap)


def test_an_overlap_that_its_grid_makes_too_large_is_refused() -> None:
    with pytest.raises(BadInputError, match="too small for an overlap of 15 on a grid of 8"):
        starts(100, 16, 15, step=8)


def test_a_window_that_touches_both_rims_is_trusted_everywhere() -> None:
    assert (trust(0, 8, 8, halo=3, ramp=2) == 3).all()


def blur(pixels: np.ndarray) -> np.ndarray:
    """Feels 6 pixels on each side."""
    return ndimage.uniform_filter(pixels, (13, 13, 1), mode="mirror")


def run(picture: np.ndarray, grid: Grid) -> np.ndarray:
    canvas = Canvas(grid, channels=picture.shape[2])
    rows = []
    for row in grid.rows():
        for box in row:
            canvas.add(box, blur(picture[box.window]))
        rows.append(canvas.advance(row[0].top))
    return np.concatenate(rows)


@settings(max_examples=40, deadline=None)
@given(height=st.integers(1, 150), width=st.integers(1, 150), size=st.integers(24, 64))
def test_tiled_equals_untiled_when_the_halo_covers_the_reach(height: int, width: int, size: int) -> None:
    picture = np.random.default_rng(height * 151 + width).random((height, width, 2), np.float32)
    grid = Grid(height, width, min(size, height), min(size, width), halo=6, ramp=4)
    np.testing.assert_allclose(run(picture, grid), blur(picture), atol=2e-6)


def test_without_a_halo_the_seams_show() -> None:
    """The comparison above can fail."""
    picture = np.random.default_rng(0).random((100, 100, 1), np.float32)
    assert np.abs(run(picture, Grid(100, 100, 40, 40, halo=0, ramp=4)) - blur(picture)).max() > 0.01


def test_a_scaled_canvas_puts_tiles_where_they_belong() -> None:
    picture = np.random.default_rng(0).random((50, 70, 1), np.float32)
    large = picture.repeat(3, 0).repeat(3, 1)
    grid = Grid(50, 70, 32, 32, halo=4, ramp=2)
    canvas = Canvas(grid, channels=1, scale=3)
    rows = []
    for row in grid.rows():
        for box in row:
            canvas.add(box, large[box.scaled(3).window])
        rows.append(canvas.advance(row[0].top))
    np.testing.assert_allclose(np.concatenate(rows), large, atol=1e-6)


def test_a_tile_may_reach_beyond_the_lower_and_right_rim() -> None:
    picture = np.ones((13, 13, 1), np.float32)
    grid = Grid(13, 13, 16, 16, halo=2, ramp=2, step=8)
    canvas = Canvas(grid, channels=1)
    canvas.add(Box(0, 0, 16, 16), np.ones((16, 16, 1), np.float32))
    np.testing.assert_array_equal(canvas.advance(0), picture)
