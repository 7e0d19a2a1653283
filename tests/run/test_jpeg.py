"""Which quality a model is told."""

import io

import numpy as np
import pytest
from PIL import Image as Pillow

import relume
from relume.assess.jpeg import JpegFindings
from relume.errors import BadInputError
from relume.run.jpeg import Jpeg, treatment
from relume.run.route import Wish


def found(file, pixels, grid=(0, 0)):
    return JpegFindings(quality_file=file, quality_pixels=pixels, grid=None if pixels is None else grid, blockiness=1.2)


@pytest.mark.parametrize(
    ("findings", "quality"),
    [
        (found(40, 40), 40),  # a JPEG as it was saved
        (found(40, None), 40),  # the pixels show nothing, say in a flat picture: the file is believed
        (found(None, 35), 35),  # a PNG that was a JPEG
        (found(90, 30), None),  # saved twice
        (found(60, 60, grid=(3, 0)), None),  # cropped, then saved with nobody knowing what
        (found(None, 35, grid=(0, 4)), None),
        (None, None),  # nobody looked
    ],
)
def test_a_quality_is_told_only_where_one_number_describes_the_damage(findings, quality):
    assert treatment(findings, told=None) == Jpeg(quality=quality)


@pytest.mark.parametrize("findings", [found(None, None), found(98, None)])
def test_where_no_damage_shows_nothing_is_done(findings):
    assert treatment(findings, told=None) is None
    assert treatment(findings, told=50) == Jpeg(quality=50)


def test_the_model_is_fed_the_quality_by_a_hundred_and_zero_where_it_is_not_known():
    pixels = np.random.default_rng(0).random((4, 5, 3), np.float32)
    same, level = Jpeg(quality=30).before(pixels)
    assert same is pixels
    assert level.shape == (4, 5, 1)
    assert level == pytest.approx(0.3)
    assert not Jpeg(quality=None).before(pixels)[1].any()
    assert Jpeg(quality=None).after(pixels) is pixels


def scene():
    rows, columns = np.mgrid[:160, :200].astype(np.float32)
    grey = 0.5 + 0.2 * np.sin(rows / 9) * np.cos(columns / 7) + 0.25 * (rows + 0.6 * columns > 130)
    noise = 0.02 * np.random.default_rng(0).standard_normal((160, 200, 3))
    return (np.stack([grey, 0.8 * grey + 0.1, 0.9 - 0.7 * grey], axis=2) + noise).clip(0, 1).astype(np.float32)


def saved(pixels, quality):
    stream = io.BytesIO()
    Pillow.fromarray(np.rint(pixels * 255).astype(np.uint8)).save(stream, "JPEG", quality=quality, subsampling=0)
    return stream.getvalue()


def test_a_jpeg_file_is_repaired_by_what_its_tables_say():
    damaged = relume.open(saved(scene(), 12))
    asked = relume.dejpeg(damaged, model="reapply_jpeg").pixels
    assert np.array_equal(asked, relume.dejpeg(damaged, model="reapply_jpeg", jpeg_quality=12).pixels)
    assert not np.array_equal(asked, relume.dejpeg(damaged, model="reapply_jpeg", jpeg_quality=60).pixels)


def test_pixels_that_were_once_a_jpeg_are_repaired_too():
    array = relume.open(saved(scene(), 20)).pixels
    repaired = relume.dejpeg(array, model="reapply_jpeg")
    assert np.square(repaired - scene()).mean() < 0.8 * np.square(array - scene()).mean()


def test_a_picture_that_never_was_a_jpeg_is_left_as_it_is_and_that_is_said():
    with relume.Engine("dejpeg", model="reapply_jpeg") as engine:
        clean = relume.Image(pixels=scene())
        (left,) = engine.process([clean])
        assert np.array_equal(left.pixels, clean.pixels)
        assert "No trace of JPEG compression was found" in left.kept.notes[0]


def test_a_quality_out_of_range_is_refused():
    with pytest.raises(BadInputError, match=r"jpeg_quality goes from 1 to 100, but came as 0"):
        Wish(jpeg_quality=0)


def test_a_picture_with_gaps_is_no_jpeg():
    gappy = scene()
    gappy[3, 4] = np.nan
    assert np.array_equal(relume.dejpeg(gappy, model="reapply_jpeg"), gappy, equal_nan=True)
