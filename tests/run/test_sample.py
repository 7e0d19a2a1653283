import numpy as np
import pytest

from relume.image import Image
from relume.run.sample import CROP, WHOLE, sample
from relume.run.source import ImageReader


class Watched(ImageReader):
    """Remembers the tallest strip that was asked for."""

    tallest = 0

    def read(self, rows: int) -> tuple[np.ndarray, np.ndarray | None]:
        self.tallest = max(self.tallest, rows)
        return super().read(rows)


def picture(height: int, width: int) -> Image:
    """Each pixel knows its row and its column."""
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    return Image(pixels=np.stack([rows, columns], axis=2))


def test_a_small_picture_is_its_own_sample() -> None:
    image = picture(30, 40)
    (whole,) = sample(ImageReader(image))
    np.testing.assert_array_equal(whole, image.pixels)


@pytest.mark.parametrize("size", [(1500, 2000), (6000, 600), (WHOLE + 1, 1), (100, 30000)])
def test_crops_of_a_large_one_lie_apart_reach_all_its_ends_and_are_read_in_strips(size: tuple[int, int]) -> None:
    reader = Watched(picture(*size))
    crops = sample(reader)
    places = [(crop[0, 0].tolist(), crop[-1, -1].tolist()) for crop in crops]
    assert all(crop.shape[0] <= CROP and crop.shape[1] <= CROP for crop in crops)
    assert places[0][0] == [0, 0]
    assert np.subtract(size, places[-1][1]).max() <= 8
    assert all(place % 8 == 0 for first, _ in places for place in first)  # a JPEG grid keeps its place
    taken = np.concatenate([crop.reshape(-1, 2) for crop in crops])
    assert len(np.unique(taken, axis=0)) == len(taken)
    assert reader.tallest <= CROP
