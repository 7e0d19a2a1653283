import io

import numpy as np
import PIL.Image
import pytest

import relume
from relume.image import Image
from relume.make._pictures import dead_leaves
from relume.make.clean.faults._view import View
from relume.make.clean.faults.noisy import Noisy

CLEAN = dead_leaves(192, 256, seed=3)


def noisy(sigma):
    return (CLEAN + sigma * np.random.default_rng(0).standard_normal(CLEAN.shape)).astype(np.float32)


def jpeg(pixels, quality):
    data = io.BytesIO()
    PIL.Image.fromarray((pixels.clip(0, 1) * 255 + 0.5).astype(np.uint8)).save(data, "JPEG", quality=quality)
    return relume.open(data.getvalue()).pixels


def found(pixels):
    return Noisy()(View(Image(pixels=pixels)))


def test_white_noise_is_found_with_its_sigma():
    finding = found(noisy(20 / 255))
    assert finding is not None
    assert finding.value == pytest.approx(20 / 255, rel=0.2)
    assert finding.reason == f"white noise, sigma {finding.value * 255:.0f}/255"


def test_faint_noise_is_not():
    assert found(noisy(3 / 255)) is None


def test_noise_that_jpeg_has_changed_is_found_by_its_grain():
    finding = found(jpeg(noisy(25 / 255), 85))
    assert finding is not None
    assert "noise, sigma" in finding.reason or "even in its calmest places" in finding.reason


def test_grain_without_colour_in_a_coloured_jpeg_passes_for_texture_and_in_a_grey_one_does_not():
    grey = 25 / 255 * np.random.default_rng(0).standard_normal((*CLEAN.shape[:2], 1)).astype(np.float32)
    tinted = 0.3 * CLEAN + np.array([0.4, 0.3, 0.25], np.float32)
    view = View(Image(pixels=jpeg(tinted + grey, 85)))
    assert view.colour is not None
    assert view.colour < 0.04
    assert View(Image(pixels=np.repeat(tinted[..., :1] + grey, 3, 2))).colour is None
    assert found(jpeg(tinted[..., :1].repeat(3, 2) + grey, 85)) is not None


def test_salt_and_pepper_is_found():
    pixels = CLEAN.copy()
    hit = np.random.default_rng(0).random(pixels.shape[:2])
    pixels[hit < 0.02], pixels[hit > 0.98] = 0, 1
    finding = found(pixels)
    assert finding is not None
    assert "salt or pepper in" in finding.reason


def test_texture_whose_neighbouring_pixels_are_alike_is_not_noise():
    import cv2

    rng = np.random.default_rng(2)
    grass = cv2.GaussianBlur(rng.standard_normal((192, 256)).astype(np.float32), (0, 0), 0.8)
    pixels = np.repeat((0.5 + 0.15 * grass / grass.std()).clip(0.02, 0.98)[..., None], 3, 2)
    assert View(Image(pixels=pixels)).kinship > 0.35
    assert found(pixels) is None


def test_noise_in_a_part_of_the_picture_only_is_texture():
    pixels = noisy(30 / 255)
    pixels[:, :100] = 0.5 + 0.001 * np.random.default_rng(1).standard_normal((192, 100, 3)).astype(np.float32)
    assert found(pixels) is None
