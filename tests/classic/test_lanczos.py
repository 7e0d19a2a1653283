import numpy as np
import PIL.Image
import pytest

from relume.classic.bicubic import Bicubic
from relume.classic.lanczos import Lanczos
from relume.errors import BadInputError


@pytest.mark.parametrize("scale", range(2, 9))
def test_equals_pillow_away_from_the_borders(photo, scale):
    plane = photo(20, 24, 1)[..., 0]
    expected = PIL.Image.fromarray(plane).resize((24 * scale, 20 * scale), PIL.Image.Resampling.LANCZOS)
    inside = slice(3 * scale, -3 * scale)
    ours = Lanczos(scale=scale)(plane[..., None])[inside, inside, 0]
    np.testing.assert_allclose(ours, np.asarray(expected)[inside, inside], atol=1e-5)


def test_is_sharper_than_bicubic(photo):
    def energy(upscaler):
        return np.mean(np.diff(upscaler(photo()), axis=1) ** 2)

    assert energy(Lanczos(scale=4)) > 1.02 * energy(Bicubic(scale=4))


@pytest.mark.parametrize("scale", [1, 9])
def test_other_scales_are_refused(scale):
    with pytest.raises(BadInputError, match=f"Lanczos needs scale to be a whole number from 2 to 8, but got {scale}"):
        Lanczos(scale=scale)
