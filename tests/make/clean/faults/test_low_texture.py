import numpy as np
import pytest

from relume.image import Image
from relume.make._pictures import dead_leaves
from relume.make.clean.faults._view import View
from relume.make.clean.faults.low_texture import LowTexture


def found(pixels):
    return LowTexture()(View(Image(pixels=np.ascontiguousarray(pixels, np.float32))))


def test_a_sky_is_found_and_a_noisy_one_as_well():
    sky = np.tile(np.linspace(0.5, 0.8, 128)[:, None, None], (1, 160, 3))
    assert found(sky) is not None
    noise = 0.04 * np.random.default_rng(0).standard_normal(sky.shape)
    assert found(sky + noise) is not None


@pytest.mark.parametrize(("side", "bad"), [(16, True), (96, False)])
def test_what_is_busy_is_measured_against_the_whole(side, bad):
    pixels = np.full((192, 192, 3), 0.5, np.float32)
    pixels[:side, :side] = dead_leaves(side, side, seed=0)
    finding = found(pixels)
    assert (finding is not None) == bad
    if finding is not None:
        assert finding.reason == "only 0.7% of it is not flat"


def test_each_block_has_the_standard_deviation_that_numpy_finds():
    pixels = dead_leaves(40, 50, seed=5)
    view = View(Image(pixels=pixels))
    view.__dict__["noise"] = type("Silent", (), {"sigma_mean": 0.0})()
    blocks = [pixels[top : top + 16, left : left + 16].mean(2).std() for top in (0, 16) for left in (0, 16, 32)]
    assert view.texture == pytest.approx(blocks, abs=1e-5)
