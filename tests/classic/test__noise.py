import numpy as np
import pytest

from relume.classic._noise import estimate_sigma


@pytest.mark.parametrize("sigma", [0.02, 0.1])
def test_finds_the_sigma_of_noise_on_a_smooth_picture(sigma):
    ramp = np.tile(np.linspace(0, 1, 301, dtype=np.float32), (201, 1))[..., None]
    noisy = ramp + sigma * np.random.default_rng(0).standard_normal((201, 301, 3)).astype(np.float32)
    assert estimate_sigma(noisy.astype(np.float32)) == pytest.approx(sigma, rel=0.02)


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 9, 1)])
def test_a_picture_without_details_has_no_noise(shape):
    assert estimate_sigma(np.ones(shape, np.float32)) == 0
