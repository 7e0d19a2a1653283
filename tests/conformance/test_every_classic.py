"""What holds for each classical restorer, whoever adds one."""

import dataclasses

import numpy as np
import pytest

from relume.classic import CLASSIC
from relume.tasks import TASKS


def picture(height=40, width=56, channels=3, *, seed=0):
    y, x = np.mgrid[:height, :width] / np.float32(16)
    rng = np.random.default_rng(seed)
    planes = [0.45 + 0.3 * np.sin(2 * x + i) * np.cos(y) + 0.05 * rng.standard_normal(x.shape) for i in range(channels)]
    return np.stack(planes, axis=2).astype(np.float32)


def run(restorer, pixels):
    told = {"sigma": 0.05, "quality": 0.5}
    return restorer(pixels, **{name: value for name, value in told.items() if name in restorer.inputs})


@pytest.mark.parametrize("name", CLASSIC)
class TestEveryClassic:
    def test_works_with_no_arguments_and_says_what_it_is(self, name):
        restorer = CLASSIC[name]()
        assert restorer.task in TASKS
        assert restorer.inputs in {("image",), ("image", "sigma"), ("image", "quality")}
        assert (restorer.scale == 1) == (restorer.task != "upscale")
        assert restorer.halo is None or restorer.halo >= 0
        assert restorer == CLASSIC[name]()
        assert hash(restorer) == hash(CLASSIC[name]())
        with pytest.raises(dataclasses.FrozenInstanceError):
            restorer.scale = 3

    @pytest.mark.parametrize(
        "shape", [(40, 56, 3), (40, 56, 1), (17, 23, 2), (9, 8, 5), (1, 1, 3), (1, 7, 1), (2, 1, 4)]
    )
    def test_keeps_its_size_contract_for_any_number_of_channels(self, name, shape):
        restorer = CLASSIC[name]()
        restored = run(restorer, picture(*shape))
        assert restored.shape == (shape[0] * restorer.scale, shape[1] * restorer.scale, shape[2])
        assert restored.dtype == np.float32
        assert np.isfinite(restored).all()

    def test_halo_is_honest(self, name):
        restorer = CLASSIC[name]()
        if restorer.halo is None:
            pytest.skip("needs the whole picture")
        halo, scale = restorer.halo, restorer.scale
        whole = picture(2 * halo + 30, 2 * halo + 37)
        tile = run(restorer, whole[7 : 7 + 2 * halo + 12, 5 : 5 + 2 * halo + 16])
        inside = tile[halo * scale : (halo + 12) * scale, halo * scale : (halo + 16) * scale]
        top, left = (7 + halo) * scale, (5 + halo) * scale
        expected = run(restorer, whole)[top : top + 12 * scale, left : left + 16 * scale]
        np.testing.assert_allclose(inside, expected, atol=2e-6)

    def test_leaves_its_input_alone_and_shares_no_memory_with_it(self, name):
        pixels = picture()
        before = pixels.copy()
        restored = run(CLASSIC[name](), pixels)
        restored += 1
        assert np.array_equal(pixels, before)

    def test_takes_pixels_that_are_read_only_or_not_contiguous(self, name):
        pixels = picture()
        strided = np.repeat(pixels, 2, axis=1)[:, ::2]
        strided.flags.writeable = False
        assert np.array_equal(run(CLASSIC[name](), strided), run(CLASSIC[name](), pixels))

    def test_values_beyond_the_range_are_taken(self, name):
        restored = run(CLASSIC[name](), picture() * 3 - 1)
        assert np.isfinite(restored).all()

    def test_grey_stays_grey(self, name):
        grey = np.repeat(picture(channels=1), 3, axis=2)
        restored = run(CLASSIC[name](), grey)
        assert np.ptp(restored, axis=2).max() < 1e-5

    def test_sixteen_bits_survive(self, name):
        # A ramp of 2000 levels, less than eight of 8 bits: through 8 bits it would become a staircase.
        ramp = np.tile((30000 + np.arange(2000)) / 65535, (16, 1)).astype(np.float32)
        restored = run(CLASSIC[name](), np.repeat(ramp[..., None], 3, axis=2))
        steps = np.diff(restored[len(restored) // 2, 200:-200, 1])
        assert (steps >= 0).all()
        assert len(np.unique(np.rint(restored * 65535))) > 1500

    def test_equal_inputs_give_equal_results(self, name):
        assert np.array_equal(run(CLASSIC[name](), picture()), run(CLASSIC[name](), picture()))


@pytest.mark.parametrize("name", [name for name in CLASSIC if CLASSIC[name].task == "enhance"])
class TestEveryEnhancer:
    def test_hues_stay(self, name):
        # The order of the channels, and where the middle one lies between the others, is the hue.
        rng = np.random.default_rng(3)
        light = picture(channels=1).clip(0.1, 0.9)
        colour = np.array([1.0, 0.7, 0.5], np.float32)
        pixels = np.clip(light * colour + 0.01 * rng.random((40, 56, 3)), 0, 1).astype(np.float32)
        before, after = pixels.reshape(-1, 3), run(CLASSIC[name](), pixels).reshape(-1, 3)
        assert (after.argmax(axis=1) == before.argmax(axis=1)).all()
        mean = [np.diff(np.sort(x.mean(axis=0))) for x in (before, after)]
        assert mean[1][0] / mean[1][1] == pytest.approx(mean[0][0] / mean[0][1], rel=0.15)

    def test_order_of_lightness_stays_on_a_ramp(self, name):
        ramp = np.tile(np.linspace(0, 1, 256, dtype=np.float32), (64, 1))[..., None]
        restored = run(CLASSIC[name](), ramp)[32, 8:-8, 0]
        assert (np.diff(restored) >= -1e-6).all()


@pytest.mark.parametrize("name", [name for name in CLASSIC if CLASSIC[name].task == "denoise"])
def test_every_denoiser_keeps_a_flat_picture(name):
    flat = np.full((30, 30, 3), 0.4, np.float32)
    np.testing.assert_allclose(run(CLASSIC[name](), flat), flat, atol=1e-6)
