import numpy as np
import PIL.Image
import pytest

from relume.classic.bicubic import Bicubic
from relume.errors import BadInputError


@pytest.mark.parametrize("scale", range(2, 9))
def test_equals_pillow_away_from_the_borders(photo, scale):
    plane = photo(20, 24, 1)[..., 0]
    expected = PIL.Image.fromarray(plane).resize((24 * scale, 20 * scale), PIL.Image.Resampling.BICUBIC)
    inside = slice(2 * scale, -2 * scale)
    ours = Bicubic(scale=scale)(plane[..., None])[inside, inside, 0]
    np.testing.assert_allclose(ours, np.asarray(expected)[inside, inside], atol=1e-5)


def test_weights_at_scale_2_are_those_of_matlab():
    impulse = np.zeros((1, 9, 1), np.float32)
    impulse[0, 4] = 1
    # imresize([0 0 0 0 1 0 0 0 0], [1 18], 'bicubic')
    expected = np.array([-3, -9, 29, 111, 111, 29, -9, -3]) / 128
    np.testing.assert_allclose(Bicubic(scale=2)(impulse)[0, 5:13, 0], expected, atol=1e-6)


def test_pictures_do_not_move(photo):
    # Turned by 180 degrees and back, nothing shifts: pixel centres are where they belong.
    turned = Bicubic(scale=3)(photo()[::-1, ::-1])[::-1, ::-1]
    np.testing.assert_allclose(turned, Bicubic(scale=3)(photo()), atol=1e-6)


@pytest.mark.parametrize("scale", [1, 9])
def test_other_scales_are_refused(scale):
    with pytest.raises(BadInputError, match=f"Bicubic needs scale to be a whole number from 2 to 8, but got {scale}"):
        Bicubic(scale=scale)
