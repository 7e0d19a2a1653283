import math

import numpy as np
import PIL.Image
import pytest

from relume.classic._resample import CUBIC, LANCZOS3, mirrored, resize

SIZES = [(96, 150), (160, 75), (16, 25), (144, 225), (33, 300)]
KERNELS = [(CUBIC, PIL.Image.Resampling.BICUBIC), (LANCZOS3, PIL.Image.Resampling.LANCZOS)]


def by_pillow(plane, height, width, kernel):
    return np.asarray(PIL.Image.fromarray(plane).resize((width, height), kernel))


def keys(x):
    x = abs(x)
    if x <= 1:
        return (1.5 * x - 2.5) * x * x + 1
    return ((-0.5 * x + 2.5) * x - 4) * x + 2 if x < 2 else 0


def by_loops(signal, size):
    """One axis of MATLAB's imresize(..., 'bicubic'), as its documentation describes it."""
    length = len(signal)
    scale = size / length
    shrink = min(scale, 1)
    result = []
    for i in range(size):
        centre = (i + 0.5) / scale - 0.5
        total = norm = 0.0
        for j in range(math.floor(centre - 2 / shrink) - 1, math.ceil(centre + 2 / shrink) + 2):
            weight = keys((centre - j) * shrink)
            inside = j
            while not 0 <= inside < length:
                inside = -1 - inside if inside < 0 else 2 * length - 1 - inside
            total, norm = total + weight * signal[inside], norm + weight
        result.append(total / norm)
    return result


@pytest.mark.parametrize("size", [5, 9, 14, 17, 34, 51, 136])
def test_one_axis_equals_plain_loops_to_its_borders(size):
    signal = np.random.default_rng(0).random(17).astype(np.float32)
    ours = resize(signal[None, :, None], 1, size)[0, :, 0]
    np.testing.assert_allclose(ours, by_loops(signal.astype(np.float64), size), atol=1e-6)


@pytest.mark.parametrize(("kernel", "pillow"), KERNELS)
@pytest.mark.parametrize("size", SIZES)
def test_equals_pillow_away_from_the_borders(photo, kernel, pillow, size):
    # Pillow leaves out what lies beyond a border, where MATLAB mirrors.
    plane, (height, width) = photo(48, 75, 1)[..., 0], size
    margin_y, margin_x = (math.ceil(2 * kernel.radius * max(1, size / n)) for size, n in ((height, 48), (width, 75)))
    inside = slice(margin_y, -margin_y), slice(margin_x, -margin_x)
    ours = resize(plane[..., None], height, width, kernel=kernel)[..., 0]
    assert ours[inside].size
    np.testing.assert_allclose(ours[inside], by_pillow(plane, height, width, pillow)[inside], atol=2e-5)


def test_shrinking_a_fine_pattern_fades_it_unless_told_otherwise():
    pattern = np.tile(np.float32([0, 1, 1]), (4, 30))[..., None]
    assert np.ptp(resize(pattern, 4, 22)[:, 3:-3]) < 0.2
    assert np.ptp(resize(pattern, 4, 22, antialias=False)[:, 3:-3]) > 0.8


def test_the_same_size_is_the_same_picture(photo):
    assert np.array_equal(resize(photo(), 48, 64), photo())


@pytest.mark.parametrize("kernel", [CUBIC, LANCZOS3])
@pytest.mark.parametrize("size", [1, 3, 40])
def test_a_constant_stays_constant(kernel, size):
    np.testing.assert_allclose(resize(np.full((7, 7, 2), 0.3, np.float32), size, size, kernel=kernel), 0.3, atol=1e-6)


def test_keys_cubic_is_exact_on_a_parabola():
    x = np.arange(40, dtype=np.float32)
    up = resize((x**2)[None, :, None], 1, 120)[0, 12:-12, 0]
    exact = ((np.arange(120) + 0.5) / 3 - 0.5) ** 2
    np.testing.assert_allclose(up, exact[12:-12], rtol=1e-4)


def test_indices_far_beyond_a_tiny_picture_are_mirrored_back():
    padded = np.pad(np.arange(3), 10, mode="symmetric")
    assert np.array_equal(mirrored(np.arange(-10, 13), 3), padded)
