import math
from dataclasses import replace

import numpy as np
import pytest
from skimage import data, transform

from relume.assess.noise import Noise, estimate
from relume.errors import BadInputError
from relume.image import Image


def photo(name, *, height=320):
    """A natural picture of scikit-image's wheel, made smaller so that its own noise and JPEG steps are gone."""
    picture = getattr(data, name)() / 255
    picture = picture[..., None] if picture.ndim == 2 else picture
    width = round(picture.shape[1] * height / picture.shape[0])
    return transform.resize(picture, (height, width), anti_aliasing=True).astype(np.float32)


def noisy(clean, sigma, seed=0):
    rng = np.random.default_rng(seed)
    return clean + np.asarray(sigma, np.float32) * rng.standard_normal(clean.shape, dtype=np.float32)


def eight_bit(pixels):
    return np.round(np.clip(pixels, 0, 1) * 255).astype(np.float32) / 255


@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea"])
class TestColour:
    @pytest.mark.parametrize("sigma", [5, 15, 25, 50])
    def test_finds_the_level_within_an_eighth(self, name, sigma):
        found = estimate(noisy(photo(name), sigma / 255))
        assert found.sigma_mean * 255 == pytest.approx(sigma, rel=0.12)

    def test_finds_the_level_of_clipped_8_bits(self, name):
        found = estimate(eight_bit(noisy(photo(name), 25 / 255)))
        assert found.sigma_mean * 255 == pytest.approx(25, rel=0.12)

    def test_a_clean_picture_is_clean(self, name):
        assert estimate(photo(name)).sigma_mean < 1.5 / 255

    def test_natural_pictures_hold_no_impulses(self, name):
        assert estimate(eight_bit(photo(name))).impulses < 1e-3

    def test_clipped_noise_is_no_impulse(self, name):
        assert estimate(eight_bit(noisy(photo(name), 25 / 255))).kind == "gaussian"


def test_tells_the_channels_apart():
    found = estimate(noisy(photo("coffee"), [20 / 255, 5 / 255, 10 / 255]))
    assert np.array(found.sigma) * 255 == pytest.approx([20, 5, 10], rel=0.15)
    assert "strongest in red" in found.summary


@pytest.mark.parametrize("sigma", [10, 25, 50])
def test_finds_the_level_of_a_grey_picture(sigma):
    assert estimate(noisy(photo("camera"), sigma / 255)).sigma_mean * 255 == pytest.approx(sigma, rel=0.15)


def test_grey_in_three_channels_is_found_as_grey():
    grey = noisy(photo("camera"), 20 / 255)
    thrice = estimate(np.repeat(grey, 3, axis=2))
    assert thrice.sigma == pytest.approx(estimate(grey).sigma * 3)


def test_black_bars_do_not_dilute_the_level():
    bars = np.zeros((600, 480, 3), np.float32)
    bars[140:460] = noisy(photo("astronaut", height=320)[:, :320].repeat(2, axis=1)[:, :480], 15 / 255)
    bare = estimate(bars[140:460]).sigma_mean
    assert estimate(bars).sigma_mean == pytest.approx(bare, rel=0.1)


def test_noise_that_grows_with_brightness_is_poisson():
    clean = photo("coffee")
    shot, read = 0.006, 3 / 255
    rng = np.random.default_rng(0)
    spread = np.sqrt(shot * clean + read**2).astype(np.float32)
    found = estimate(clean + spread * rng.standard_normal(clean.shape, dtype=np.float32))
    assert found.kind == "poisson"
    assert found.shot == pytest.approx(shot, rel=0.3)
    assert found.sigma_mean == pytest.approx(math.sqrt(np.mean(spread**2)), rel=0.15)


def test_even_noise_is_not_poisson():
    found = estimate(noisy(photo("coffee"), 15 / 255))
    assert found.kind == "gaussian"
    assert found.shot * 0.5 < 0.25 * found.sigma_mean**2


@pytest.mark.parametrize("density", [0.01, 0.05, 0.2, 0.5])
def test_finds_the_share_of_salt_and_pepper(density):
    clean = 0.1 + 0.8 * photo("coffee")
    draw = np.random.default_rng(0).random((*clean.shape[:2], 1))
    found = estimate(np.where(draw < density / 2, 0, np.where(draw < density, 1, clean)).astype(np.float32))
    assert found.kind == "salt_pepper"
    assert found.impulses == pytest.approx(density, rel=0.1, abs=0.002)


def test_text_on_paper_is_no_salt_and_pepper():
    paper = np.ones((200, 200, 1), np.float32)
    paper[10::20, 10:190] = 0  # strokes one pixel wide
    paper[10:190, 10::20] = 0
    found = estimate(paper)
    assert found.impulses == 0
    assert found.kind == "none"


def test_smoothed_noise_is_told_from_white_noise():
    ramp = np.linspace(0.2, 0.8, 256, dtype=np.float32)[None, :, None] * np.ones((256, 1, 3), np.float32)
    rng = np.random.default_rng(0)
    white = rng.standard_normal((256, 256, 3)).astype(np.float32)
    near = sum(np.roll(white, (y, x), (0, 1)) for y in (0, 1, 2) for x in (0, 1, 2)) / 3  # variance is 1 again
    smooth, plain = estimate(ramp + near * np.float32(0.03)), estimate(ramp + white * np.float32(0.03))
    assert (smooth.kind, plain.kind) == ("real_world", "gaussian")
    assert smooth.correlated > 2
    assert plain.correlated == pytest.approx(1, abs=0.15)
    assert np.mean(smooth.grain) == pytest.approx(0.03, rel=0.3)


def test_crops_of_a_picture_tell_what_the_picture_tells():
    pixels = noisy(photo("astronaut"), 25 / 255)
    crops = [pixels[:160], pixels[160:, :160], pixels[160:, 160:]]
    assert estimate(crops).sigma_mean == pytest.approx(estimate(pixels).sigma_mean, rel=0.05)


def test_is_the_same_every_time():
    pixels = noisy(photo("chelsea"), 25 / 255)
    assert estimate(pixels) == Noise()(Image(pixels=pixels)) == estimate(pixels.copy())


@pytest.mark.parametrize("shape", [(1, 1, 3), (4, 900, 3), (12, 12, 1)])
def test_says_when_a_picture_is_too_small(shape):
    found = estimate(np.random.default_rng(0).random(shape, dtype=np.float32))
    assert found.sigma is None
    assert found.kind is None
    assert found.summary == "too small to tell"


def test_nothing_but_one_colour_is_clean():
    found = estimate(np.full((64, 64, 4), 0.3, np.float32))
    assert found.sigma == (0, 0, 0, 0)
    assert found.kind == "none"


def test_pixels_that_are_no_numbers_are_left_out():
    pixels = noisy(photo("coffee"), 15 / 255)
    holed = pixels.copy()
    holed[100:110, 100:110] = np.nan
    assert estimate(holed).sigma_mean == pytest.approx(estimate(pixels).sigma_mean, rel=0.05)


def test_16_bit_precision_is_seen():
    flat = np.full((128, 128, 1), 0.5, np.float32)
    assert estimate(noisy(flat, 2e-3)).grain[0] == pytest.approx(2e-3, rel=0.1)


def test_refuses_crops_of_different_channels():
    with pytest.raises(BadInputError, match=r"came \(8, 8, 1\), \(8, 8, 3\); give at least one"):
        estimate([np.zeros((8, 8, 1), np.float32), np.zeros((8, 8, 3), np.float32)])
    with pytest.raises(BadInputError, match="came nothing; give at least one"):
        estimate([])


def test_speaks_plainly_of_the_kind_and_the_level():
    even = estimate(noisy(photo("camera"), 25 / 255))
    assert (even.kind, even.summary) == ("gaussian", f"strong noise, sigma {even.sigma_mean * 255:.0f}/255")
    assert replace(even, kind="poisson").summary.startswith("strong noise, more in bright parts, sigma ")
    assert replace(even, kind="real_world").summary.startswith("strong camera noise, sigma ")


def test_grain_that_is_not_white_is_told_though_nobody_knows_whether_it_is_noise():
    found = estimate(noisy(np.full((64, 64, 1), 0.5, np.float32), sigma=0.002))
    assert found.kind == "none"
    calm, grainy = replace(found, grain=(0.9 / 255,)), replace(found, grain=(1.2 / 255, 1.6 / 255, 2.0 / 255))
    assert calm.summary == "no noise found"
    assert grainy.summary == "no white noise; perhaps fine grain (about 1.6/255) that cannot be told from texture"
