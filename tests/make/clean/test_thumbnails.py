import base64
import io

import numpy as np
import PIL.Image
import pytest

from relume.image import Image
from relume.make.clean.thumbnails import data_uri


def shown(uri):
    return PIL.Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2])))


@pytest.mark.parametrize("shape", [(40, 60), (40, 60, 3), (40, 60, 4)])
def test_any_picture_is_shown_in_its_colours(tmp_path, shape):
    Image.from_array(np.full(shape, 30_000, np.uint16)).save(tmp_path / "a.png")
    picture = shown(data_uri(tmp_path / "a.png"))
    assert (picture.size, picture.mode) == ((60, 40), "RGB")
    assert np.abs(np.asarray(picture, float) - 30_000 / 257).max() < 2


def test_a_large_picture_is_made_small_and_up_close_is_not(tmp_path, leaves_, write_):
    path = write_(tmp_path / "a.png", np.tile(leaves_(0), (3, 4, 1)))
    assert shown(data_uri(path)).size == (320, round(320 * 384 / 704))
    close = np.asarray(shown(data_uri(path, close=True)), float) / 255
    middle = np.tile(leaves_(0), (3, 4, 1))[112:272, 272:432]
    assert close.shape == middle.shape
    assert np.abs(close - middle).mean() < 0.04


def test_what_is_no_picture_has_none(tmp_path):
    assert data_uri(tmp_path / "missing.png") is None
