import numpy as np
import pytest

from relume.errors import BadInputError
from relume.run.noise import Gaussian, Poisson, RealWorld, SaltPepper


@pytest.mark.parametrize(("shot", "read"), [(0.01, 0.0), (0.002, 0.02), (0.05, 0.01)])
def test_the_transform_makes_photon_noise_even(shot: float, read: float) -> None:
    rng = np.random.default_rng(0)
    treatment = Poisson(shot=shot, read=read)
    for brightness in (0.2, 0.5, 0.9):
        noisy = shot * rng.poisson(brightness / shot, (400, 400, 1)) + read * rng.standard_normal((400, 400, 1))
        stable, level = treatment.before(noisy.astype(np.float32))
        assert stable.std() == pytest.approx(float(level.mean()), rel=0.06)


@pytest.mark.parametrize(("shot", "read"), [(0.01, 0.0), (0.002, 0.02), (0.05, 0.01)])
def test_the_way_back_is_unbiased(shot: float, read: float) -> None:
    """A perfect denoiser returns the mean of the transformed noise; its inverse must be the mean brightness."""
    rng = np.random.default_rng(1)
    treatment = Poisson(shot=shot, read=read)
    for brightness in (0.1, 0.4, 0.8):
        noisy = shot * rng.poisson(brightness / shot, (600, 600, 1)) + read * rng.standard_normal((600, 600, 1))
        stable, _ = treatment.before(noisy.astype(np.float32))
        back = treatment.after(stable.mean(axis=(0, 1), keepdims=True, dtype=np.float64).astype(np.float32))
        assert float(back.item()) == pytest.approx(brightness, abs=0.004)


def test_photon_noise_without_photons_is_refused() -> None:
    with pytest.raises(BadInputError, match="shot above 0, but it is 0.0. Use noise_type='gaussian'"):
        Poisson(shot=0.0)


def test_impulses_are_gone_before_the_model_sees_them() -> None:
    rng = np.random.default_rng(2)
    clean = np.full((64, 64, 1), 0.4, np.float32)
    hit = rng.random((64, 64)) < 0.2
    noisy = clean.copy()
    noisy[hit] = rng.integers(0, 2, (hit.sum(), 1)).astype(np.float32)
    filled, level = SaltPepper(sigma=0.05).before(noisy)
    np.testing.assert_allclose(filled, clean, atol=1e-6)
    assert float(level.mean()) == pytest.approx(0.05)


def test_camera_noise_is_told_stronger_where_it_is_brighter() -> None:
    ramp = np.linspace(0, 1, 256, dtype=np.float32)[None, :, None].repeat(64, axis=0)
    _, level = RealWorld(shot=0.01, read=0.02, coarse=1.5).before(ramp)
    wanted = 1.5 * np.sqrt(0.01 * ramp + 0.02**2)
    np.testing.assert_allclose(level[:, 16:-16], wanted[:, 16:-16], rtol=0.02)


def test_plain_noise_is_told_as_it_is() -> None:
    pixels = np.random.default_rng(3).random((5, 7, 3), np.float32)
    fed, level = Gaussian(sigma=0.1).before(pixels)
    assert fed is pixels
    assert level.shape == (5, 7, 1)
    assert (level == np.float32(0.1)).all()
