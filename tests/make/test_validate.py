from dataclasses import replace

import numpy as np
import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio

from relume.degrade.bicubic_downscale import BicubicDownscale
from relume.make.data import Resident
from relume.make.nets.edsr import Edsr
from relume.make.nets.unet import UNet
from relume.make.recipes.denoise_balanced import recipe
from relume.make.recipes.upscale_balanced_x2 import recipe as upscaling
from relume.make.validate import COUNT, SIDE, Validation

TINY = UNet(width=8, blocks=(1, 1)).eval()


def corpus(*sides):
    rng = np.random.default_rng(0)
    pictures = [rng.integers(60, 200, (3, side, side)).astype(np.uint8) for side in sides]
    return Resident.of({str(index): picture for index, picture in enumerate(pictures)})


def test_psnr_is_the_mean_of_each_crops_own():
    validation = Validation.of(recipe, corpus(140, 150), net=TINY)
    with torch.no_grad():
        restored = TINY(*validation.inputs).clamp(0, 1).numpy()
    assert validation.clean.shape == (COUNT, 3, SIDE, SIDE)
    expected = [
        peak_signal_noise_ratio(clean, one, data_range=1.0)
        for clean, one in zip(validation.clean.numpy(), restored, strict=True)
    ]
    assert validation.psnr(validation.restored(TINY)) == pytest.approx(np.mean(expected), abs=1e-4)


def test_the_pairs_are_the_same_each_time_and_others_for_another_seed():
    one, same = (Validation.of(recipe, corpus(140), net=TINY) for _ in range(2))
    other = Validation.of(replace(recipe, seed=1), corpus(140), net=TINY)
    assert torch.equal(one.clean, same.clean)
    assert all(torch.equal(a, b) for a, b in zip(one.inputs, same.inputs, strict=True))
    assert not torch.equal(one.clean, other.clean)


def test_without_a_held_out_picture_that_is_large_enough_there_is_none():
    assert Validation.of(recipe, corpus(SIDE - 1), net=TINY) is None


def test_crops_keep_to_the_grid_of_a_net_that_enlarges_by_three():
    net = Edsr(scale=3, width=8, blocks=1).eval()
    smaller = replace(upscaling, degrade=((1.0, BicubicDownscale(scale=3)),))
    validation = Validation.of(smaller, corpus(SIDE), net=net)
    assert validation.clean.shape == (COUNT, 3, 126, 126)
    assert validation.inputs[0].shape == (COUNT, 3, 42, 42)
    assert 5 < validation.psnr(validation.restored(net)) < 40
