import colorsys

import numpy as np

from relume.classic._colour import by_lightness, luma, relit


def hues(pixels):
    return np.array([colorsys.rgb_to_hsv(*map(float, pixel))[0] for pixel in pixels.reshape(-1, 3)])


def colours(seed=0):
    return np.random.default_rng(seed).uniform(0.1, 0.9, (20, 20, 3)).astype(np.float32)


def test_luma_becomes_what_was_asked_for():
    pixels = colours()
    after = np.random.default_rng(1).random((20, 20)).astype(np.float32)
    np.testing.assert_allclose(luma(relit(pixels, luma(pixels), after)), after, atol=1e-5)


def test_hue_stays_and_no_channel_leaves_the_range():
    pixels = colours()
    after = np.random.default_rng(1).uniform(0.05, 0.95, (20, 20)).astype(np.float32)
    restored = relit(pixels, luma(pixels), after)
    assert restored.max() <= 1 + 1e-5
    assert restored.min() >= -1e-6
    turned = np.abs(hues(restored) - hues(pixels))
    assert np.minimum(turned, 1 - turned).max() < 1e-3


def test_near_black_noise_does_not_become_bright_colour():
    dark = np.float32([[[0.004, 0.0, 0.0]]])
    restored = relit(dark, luma(dark), np.float32([[0.1]]))
    assert restored.max() < 0.15  # in plain proportion it would be 0.47


def test_values_beyond_white_are_not_clipped():
    bright = np.float32([[[1.4, 1.2, 0.8]]])
    np.testing.assert_allclose(relit(bright, luma(bright), luma(bright)), bright, atol=1e-5)


def test_channels_that_are_no_colour_are_changed_one_by_one():
    pixels = colours()[..., :2]
    assert np.array_equal(by_lightness(lambda plane: plane * plane, pixels), pixels * pixels)
