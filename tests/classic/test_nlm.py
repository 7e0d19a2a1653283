import cv2
import numpy as np
import pytest

from relume.classic.nlm import Nlm
from relume.errors import BadInputError


def by_loops(pixels, restorer, sigma):
    """The formula, patch by patch: weights of patches, averaged over the patches that hold a pixel."""
    patch, search, halo = restorer.patch_radius, restorer.search_radius, restorer.halo
    padded = np.pad(pixels.astype(np.float64), ((halo, halo), (halo, halo), (0, 0)), mode="reflect")

    def cut(y, x):
        return padded[halo + y - patch : halo + y + patch + 1, halo + x - patch : halo + x + patch + 1]

    def weight(y, x, dy, dx):
        distance = np.mean((cut(y, x) - cut(y + dy, x + dx)) ** 2)
        return np.exp(-max(distance - 2 * sigma**2, 0) / (restorer.likeness * sigma) ** 2)

    around = [(y, x) for y in range(-patch, patch + 1) for x in range(-patch, patch + 1)]
    shifts = [(y, x) for y in range(-search, search + 1) for x in range(-search, search + 1)]
    result = np.zeros(pixels.shape)
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            total, norm = 0, 0
            for dy, dx in shifts:
                mean = np.mean([weight(y + a, x + b, dy, dx) for a, b in around])
                total, norm = total + mean * padded[halo + y + dy, halo + x + dx], norm + mean
            result[y, x] = total / norm
    return result


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("patch_radius", [0, 1])
def test_equals_plain_loops(photo, channels, patch_radius):
    pixels, restorer = photo(9, 10, channels), Nlm(patch_radius=patch_radius, search_radius=2)
    np.testing.assert_allclose(restorer(pixels, sigma=0.05), by_loops(pixels, restorer, 0.05), atol=1e-5)


def test_blocks_leave_no_seams(photo, monkeypatch):
    whole = Nlm()(photo(), sigma=0.05)
    monkeypatch.setattr("relume.classic.nlm.BLOCK", (13, 17))
    np.testing.assert_allclose(Nlm()(photo(), sigma=0.05), whole, atol=1e-6)


def test_channels_that_are_no_colour_are_restored_one_by_one(photo):
    pixels = photo(20, 20, 4)
    for i, plane in enumerate(np.moveaxis(Nlm()(pixels, sigma=0.05), 2, 0)):
        assert np.array_equal(plane, Nlm()(pixels[..., i : i + 1], sigma=0.05)[..., 0])


def test_beats_opencv_on_noise(photo):
    clean = cv2.GaussianBlur(photo(160, 160), (0, 0), 1.5)
    noisy = clean + 25 / 255 * np.random.default_rng(0).standard_normal(clean.shape).astype(np.float32)
    eight_bit = np.rint(noisy.clip(0, 1) * 255).astype(np.uint8)
    other = cv2.fastNlMeansDenoisingColored(eight_bit, None, 25, 25, 7, 21) / 255
    ours = Nlm()(noisy, sigma=25 / 255).clip(0, 1)
    assert np.mean((ours - clean) ** 2) < 0.8 * np.mean((other - clean) ** 2)


def test_sigma_that_is_not_given_is_estimated(photo):
    noisy = cv2.GaussianBlur(photo(120, 120), (0, 0), 1.5)
    noisy = noisy + 0.1 * np.random.default_rng(0).standard_normal((120, 120, 3)).astype(np.float32)
    np.testing.assert_allclose(Nlm()(noisy), Nlm()(noisy, sigma=0.1), atol=0.03)


def test_without_noise_nothing_changes(photo):
    assert np.array_equal(Nlm()(photo(), sigma=0.0), photo())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"patch_radius": -1}, "Nlm needs patch_radius to be a whole number from 0 to 16, but got -1"),
        ({"search_radius": 65}, "Nlm needs search_radius to be a whole number from 0 to 64, but got 65"),
        ({"likeness": 0.0}, "Nlm needs likeness greater than 0, but got 0.0"),
    ],
)
def test_options_without_sense_are_refused(options, message):
    with pytest.raises(BadInputError, match=message):
        Nlm(**options)


def test_a_sigma_that_is_no_number_is_refused(photo):
    with pytest.raises(BadInputError, match="Nlm needs sigma 0 or more, but got nan"):
        Nlm()(photo(), sigma=float("nan"))
