"""What is decided before the first tile: sizes of memory, and the tiles of pictures that a model must see whole."""

from pathlib import Path

import numpy as np
import pytest

import relume
from relume.errors import BadInputError, OutOfMemoryError
from relume.image import Image
from relume.run.engine import Engine
from relume.run.prepare import memory_bytes


@pytest.mark.parametrize(
    ("said", "wanted"), [("2GB", 2e9), ("800 mb", 8e8), ("1.5GiB", 1.5 * 2**30), ("3k", 3000), (7, 7), (None, None)]
)
def test_sizes_of_memory_as_people_write_them(said: str | int | None, wanted: float | None) -> None:
    assert memory_bytes(said) == wanted


@pytest.mark.parametrize("said", ["much", "-1GB", "0", "1TB", "", "GB"])
def test_what_is_no_size_is_said(said: str) -> None:
    with pytest.raises(BadInputError, match="memory_limit is a size such as 2GB or 800MB"):
        memory_bytes(said)


def test_a_filter_that_needs_the_whole_picture_gets_it_or_says_how_much_it_takes() -> None:
    picture = np.random.default_rng(0).random((300, 1200, 3), np.float32)
    whole = relume.enhance(picture, model="equalize")
    # Equalised light is spread evenly over the whole picture, not over each tile.
    assert np.histogram(whole @ [0.2126, 0.7152, 0.0722], 4, (0, 1))[0] == pytest.approx(90_000, rel=0.1)
    with pytest.raises(OutOfMemoryError, match="equalize needs the whole picture at once: 1200x300 takes about 30 MB"):
        relume.enhance(picture, model="equalize", memory_limit="10MB")


def test_a_large_picture_is_looked_at_in_crops_and_read_again_from_its_start(models: Path, tmp_path: Path) -> None:
    """Its noise is estimated from crops; what is restored is the whole of it."""
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[:1500, :1400].astype(np.float32)
    clean = 0.5 + 0.3 * np.sin(rows / 91) * np.cos(columns / 77)
    noisy = (clean + 0.1 * rng.standard_normal(clean.shape, np.float32))[..., None].repeat(3, 2).astype(np.float32)
    Image(pixels=noisy).save(tmp_path / "in.tif")
    with Engine("denoise", model="mean", threads=1) as engine:
        (outcome,) = engine.restore_files([(tmp_path / "in.tif", tmp_path / "out.tif")], noise_type="gaussian")
        (told,) = engine.process([noisy], noise_type="gaussian", sigma=outcome.details["sigma"])
    assert outcome.details["sigma"] == pytest.approx(0.1, rel=0.1)
    np.testing.assert_allclose(relume.open(tmp_path / "out.tif").pixels, told, atol=1e-6)


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (2, 5)])
def test_thin_and_tiny_pictures_keep_their_shape(models: Path, size: tuple[int, int]) -> None:
    picture = np.full((*size, 3), 0.5, np.float32)
    assert relume.denoise(picture, model="mean", noise_type="real_world").shape == picture.shape
    np.testing.assert_array_equal(relume.denoise(picture, model="median"), picture)
    assert relume.upscale(picture, model="twice").shape == (2 * size[0], 2 * size[1], 3)
