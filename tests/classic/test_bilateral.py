import numpy as np
import pytest

from relume.classic.bilateral import Bilateral
from relume.errors import BadInputError


def by_loops(pixels, restorer, sigma):
    """The formula, pixel by pixel, away from the border; a colour difference is the sum over channels."""
    halo, likeness = restorer.halo, restorer.likeness * sigma * pixels.shape[2]
    result = pixels[halo:-halo, halo:-halo].astype(np.float64)
    for y in range(result.shape[0]):
        for x in range(result.shape[1]):
            total, norm = 0, 0
            for dy in range(-halo, halo + 1):
                for dx in range(-halo, halo + 1):
                    if dy * dy + dx * dx > halo * halo:
                        continue
                    other = pixels[y + halo + dy, x + halo + dx].astype(np.float64)
                    difference = np.abs(other - pixels[y + halo, x + halo]).sum()
                    weight = np.exp(-(dy**2 + dx**2) / (2 * restorer.spatial_sigma**2))
                    weight *= np.exp(-(difference**2) / (2 * likeness**2))
                    total, norm = total + weight * other, norm + weight
            result[y, x] = total / norm
    return result


@pytest.mark.parametrize("channels", [1, 3])
def test_equals_plain_loops(photo, channels):
    pixels, restorer = photo(20, 24, channels), Bilateral(spatial_sigma=1.2)
    inside = restorer(pixels, sigma=0.05)[restorer.halo : -restorer.halo, restorer.halo : -restorer.halo]
    np.testing.assert_allclose(inside, by_loops(pixels, restorer, 0.05), atol=1e-4)


def test_keeps_an_edge_that_a_gaussian_would_blur():
    edge = np.zeros((20, 20, 3), np.float32)
    edge[:, 10:] = 1
    noise = 0.05 * np.random.default_rng(0).standard_normal(edge.shape).astype(np.float32)
    restored = Bilateral()(edge + noise, sigma=0.05)
    assert np.abs(restored - edge)[:, 9:11].max() < 0.12
    assert np.std(restored - edge) < 0.5 * np.std(noise)


def test_sigma_that_is_not_given_is_estimated(photo):
    noisy = photo(120, 120) + 0.1 * np.random.default_rng(0).standard_normal((120, 120, 3)).astype(np.float32)
    close = Bilateral()(noisy, sigma=0.104)  # the picture has 0.03 of its own
    np.testing.assert_allclose(Bilateral()(noisy), close, atol=0.02)


def test_without_noise_nothing_changes(photo):
    assert np.array_equal(Bilateral()(photo(), sigma=0.0), photo())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"spatial_sigma": 0.0}, "Bilateral needs spatial_sigma from 0.1 to 64, but got 0.0"),
        ({"likeness": 0.0}, "Bilateral needs likeness greater than 0, but got 0.0"),
    ],
)
def test_options_without_sense_are_refused(options, message):
    with pytest.raises(BadInputError, match=message):
        Bilateral(**options)


def test_a_negative_sigma_is_refused(photo):
    with pytest.raises(BadInputError, match=r"Bilateral needs sigma 0 or more, but got -0.1"):
        Bilateral()(photo(), sigma=-0.1)
