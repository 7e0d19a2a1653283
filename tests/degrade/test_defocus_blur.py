import numpy as np
import pytest
import torch
from scipy import ndimage
from tests.degrade._pictures import picture

from relume.degrade.defocus_blur import DefocusBlur
from relume.errors import BadInputError


def blur(radius, clean):
    return DefocusBlur(radius=radius)(clean, torch.Generator())


@pytest.mark.parametrize("radius", [2.0, 5.3, 20.0])
def test_is_the_mean_over_a_disc(radius):
    clean = picture(48, 40, channels=1)
    # The disc, drawn eight times as fine and averaged.
    half = int(radius + 1.5)
    fine = (np.arange((2 * half + 1) * 8) - (2 * half + 1) * 4 + 0.5) / 8
    inside = (fine[:, None] ** 2 + fine**2 <= radius**2).astype(float)
    disc = inside.reshape(2 * half + 1, 8, 2 * half + 1, 8).mean(axis=(1, 3))
    expected = ndimage.convolve(clean[0, 0].double().numpy(), disc / disc.sum(), mode="reflect")
    np.testing.assert_allclose(blur(radius, clean)[0, 0], expected, atol=4e-3)


def test_a_disc_within_one_pixel_changes_nothing():
    clean = picture(24, 24)
    torch.testing.assert_close(blur(0.2, clean), clean)


def test_values_out_of_range_are_refused():
    with pytest.raises(BadInputError, match=r"radius lies in \[0, 200\], but came as -1. It is in pixels"):
        DefocusBlur(radius=-1.0)
