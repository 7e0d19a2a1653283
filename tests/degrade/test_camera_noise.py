import math

import numpy as np
import pytest
import torch
from tests.degrade._pictures import picture, smooth

from relume.degrade._camera import draw_camera, linear
from relume.degrade.camera_noise import CameraNoise
from relume.errors import BadInputError


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def test_processing_undoes_unprocessing():
    clean = picture().double()
    camera = draw_camera(clean, rng())
    torch.testing.assert_close(camera.process(camera.unprocess(clean)), clean, rtol=0, atol=1e-9)


def test_light_is_the_tone_curve_undone_and_then_the_gamma():
    for value in (0.05, 0.5, 0.93):
        (root,) = [r.real for r in np.roots([-2, 3, 0, -value]) if 0 <= r.real <= 1 and abs(r.imag) < 1e-9]
        assert float(linear(torch.full((1, 1, 1, 1), value))) == pytest.approx(root**2.2, rel=1e-4)


def test_white_light_is_seen_as_white_by_every_camera_but_stronger_in_green():
    camera = draw_camera(torch.zeros(50, 3, 1, 1), rng())
    raw = camera.unprocess(torch.full((50, 3, 1, 1), 0.5))[..., 0, 0]
    to_green = raw[:, 1:2] / raw
    assert ((to_green[:, 0] > 1.9 - 1e-4) & (to_green[:, 0] < 2.4 + 1e-4)).all()
    assert ((to_green[:, 2] > 1.5 - 1e-4) & (to_green[:, 2] < 1.9 + 1e-4)).all()


@pytest.mark.parametrize("level", [0.2, 0.5, 0.8])
def test_grey_noise_is_that_of_the_sensor_times_the_slope_of_the_pipeline(level):
    shot = 2e-4
    clean = torch.full((1, 1, 200, 200), level)
    noise = CameraNoise(shot=shot, scatter=0.0)(clean, rng()) - clean
    camera = draw_camera(clean, rng())
    raw, gain = float(camera.unprocess(clean)[0, 0, 0, 0]), float(camera.to_rgb)
    read = math.exp(2.18 * math.log(shot) + 1.20)
    step = 1e-3
    slope = (
        2
        * step
        / float(linear(torch.full((1, 1, 1, 1), level + step)) - linear(torch.full((1, 1, 1, 1), level - step)))
    )
    assert float(noise.std()) == pytest.approx(math.sqrt(shot * raw + read) * gain * slope, rel=0.03)


@pytest.mark.parametrize("shot", [1e-4, 2e-3, 8e-3])
@pytest.mark.parametrize("mosaic", [False, True])
def test_tells_the_noise_that_it_adds(shot, mosaic):
    levels = torch.linspace(0.05, 0.95, 7).repeat_interleave(64) * torch.tensor([1.0, 0.8, 0.9]).view(3, 1, 1)
    clean = levels.expand(1, 3, 192, -1)
    degraded, sigma = CameraNoise(shot=shot, mosaic=mosaic).with_sigma(clean, rng(1))
    square = (degraded - clean).square().mean(dim=1, keepdim=True)
    found, told = (torch.nn.functional.avg_pool2d(one, (192, 64)).sqrt() for one in (square, sigma.square()))
    torch.testing.assert_close(found, told, rtol=0.15, atol=0)
    assert told.max() / told.min() > 1.3  # there is something to tell


def test_the_noise_of_a_mosaic_is_coarse():
    clean = torch.full((1, 3, 200, 200), 0.5)

    def neighbours(mosaic):
        noise = (CameraNoise(shot=1e-3, mosaic=mosaic)(clean, rng()) - clean)[0, 0]
        return float(torch.corrcoef(torch.stack([noise[:, 1:].flatten(), noise[:, :-1].flatten()]))[0, 1])

    assert abs(neighbours(False)) < 0.02
    assert neighbours(True) > 0.3


def test_a_range_is_drawn_by_its_logarithm():
    clean = torch.full((300, 1, 24, 24), 0.5)
    sigma = CameraNoise(scatter=0.0).with_sigma(clean, rng())[1][:, 0, 0, 0]
    assert sigma.log().std() > 0.5
    shots = 2 * sigma.log()  # about a straight line of the logarithm of the shot
    below = (shots < (shots.min() + shots.max()) / 2).float().mean()
    assert float(below) == pytest.approx(0.5, abs=0.12)


def test_a_gradient_flows():
    clean = smooth(8, 8).requires_grad_()
    CameraNoise()(clean, rng()).sum().backward()
    assert clean.grad.isfinite().all()
    assert (clean.grad != 0).float().mean() > 0.9


def test_values_out_of_range_are_refused():
    with pytest.raises(BadInputError, match=r"shot lies in \[1e-08, 1\], but came as 0"):
        CameraNoise(shot=0.0)
    with pytest.raises(BadInputError, match=r"scatter lies in \[0, 5\], but came as -1"):
        CameraNoise(scatter=-1.0)
