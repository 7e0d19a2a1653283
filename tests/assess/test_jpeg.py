import io

import numpy as np
import PIL.Image
import pytest
from skimage import data, transform

from relume.assess.jpeg import Jpeg
from relume.image import Image, Kept


def clean():
    return transform.resize(data.astronaut() / 255, (360, 360), anti_aliasing=True)


def compressed(quality, subsampling=0):
    file = io.BytesIO()
    PIL.Image.fromarray((clean() * 255).round().astype(np.uint8)).save(
        file, "jpeg", quality=quality, subsampling=subsampling
    )
    return np.asarray(PIL.Image.open(file), np.float32) / 255


@pytest.mark.parametrize("quality", [10, 30, 50, 75, 85, 90])
@pytest.mark.parametrize("subsampling", [0, 2])
def test_finds_the_quality_in_the_pixels(quality, subsampling):
    found = Jpeg()(Image(pixels=compressed(quality, subsampling)))
    assert found.quality_pixels == pytest.approx(quality, abs=3)
    assert found.grid == (0, 0)


def test_finds_the_grid_of_a_cropped_jpeg():
    found = Jpeg()(Image(pixels=compressed(60)[3:, 5:]))
    assert found.grid == (5, 3)
    assert found.quality_pixels == pytest.approx(60, abs=3)
    assert "cropped since" in found.summary


def test_blocks_show_more_the_worse_the_quality():
    ugly, fine = (Jpeg()(Image(pixels=compressed(quality))).blockiness for quality in (10, 75))
    assert ugly > 1.5
    assert fine == pytest.approx(1, abs=0.25)


@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea", "camera"])
def test_a_clean_picture_raises_no_alarm(name):
    picture = transform.resize(getattr(data, name)() / 255, (300, 300), anti_aliasing=True)
    pixels = np.round(np.atleast_3d(picture) * 255).astype(np.float32) / 255
    found = Jpeg()(Image(pixels=pixels))
    assert found.quality_pixels is None
    assert found.summary == "no trace of JPEG compression"


def test_the_file_knows_better_than_the_pixels():
    kept = Kept(format="jpeg", quality=95)
    assert Jpeg()(Image(pixels=clean().astype(np.float32), kept=kept)).summary == "JPEG of quality 95"
    twice = Jpeg()(Image(pixels=compressed(40), kept=kept))
    assert twice.quality_file == 95
    assert "was saved at about quality" in twice.summary


def test_the_quality_of_a_webp_is_not_that_of_a_jpeg():
    kept = Kept(format="webp", quality=95)
    assert Jpeg()(Image(pixels=np.zeros((9, 9, 3), np.float32), kept=kept)).quality_file is None
