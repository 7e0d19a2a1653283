import cv2
import numpy as np
import pytest
import scipy.fft

from relume.make.clean import fingerprint
from relume.make.clean.fingerprint import WINDOWS
from relume.make.clean.search import distance


def thumb(pixels):
    return fingerprint.of(pixels).thumb


def apart(one, other):
    return int(distance(np.array([one], np.uint64), np.array([other], np.uint64))[0])


def test_the_bits_are_the_signs_of_scipys_cosine_transform(leaves_):
    small = thumb(leaves_(0))
    transformed = scipy.fft.dctn(small.astype(np.float64), type=2)
    orders = sorted((i + j, i, j) for i in range(9) for j in range(9) if i + j)[:64]
    expected = sum(1 << place for place, (_, i, j) in enumerate(orders) if transformed[i, j] > 0)
    assert int(fingerprint.hashes(small)[0]) == expected


def test_the_mirrored_bits_are_those_of_the_mirrored_picture(leaves_):
    small = thumb(leaves_(1))
    seen = fingerprint.hashes(np.ascontiguousarray(small[:, ::-1]))[:1]
    assert fingerprint.mirrored(fingerprint.hashes(small)[:1]) == seen


@pytest.mark.parametrize("place", [0, 13, 40, 80])
def test_the_bits_of_a_window_are_nearly_those_of_the_picture_cut_there(leaves_, place):
    pixels, window = leaves_(2), WINDOWS[place]
    height, width = pixels.shape[:2]
    rows = slice(round(window.top * height), round(window.bottom * height))
    part = pixels[rows, round(window.left * width) : round(window.right * width)]
    assert apart(fingerprint.hashes(thumb(pixels))[place], fingerprint.hashes(thumb(part))[0]) <= 6


def test_resizing_and_contrast_change_few_bits_and_another_picture_about_half(leaves_):
    def first(pixels):
        return fingerprint.hashes(thumb(pixels))[0]

    pixels = leaves_(3)
    small = cv2.resize(pixels, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
    assert apart(first(pixels), first(small)) <= 4
    assert apart(first(pixels), first(0.2 + 0.3 * pixels)) <= 2
    others = [apart(first(pixels), first(leaves_(seed))) for seed in range(4, 12)]
    assert min(others) > 12
    assert np.mean(others) == pytest.approx(32, abs=6)


@pytest.mark.parametrize("shape", [(8, 8, 1), (9, 300, 3), (70, 40, 4)])
def test_any_size_and_number_of_channels_has_a_print(shape):
    found = fingerprint.of(np.random.default_rng(0).random(shape, np.float32))
    assert (found.thumb.min(), found.thumb.max()) == (0, 255)
    assert found.contrast > 0


def test_a_flat_picture_has_no_contrast():
    assert fingerprint.of(np.full((30, 30, 3), 0.5, np.float32)).contrast == pytest.approx(0, abs=1e-6)
