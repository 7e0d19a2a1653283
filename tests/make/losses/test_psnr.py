import pytest
import torch
from skimage.metrics import peak_signal_noise_ratio

from relume.make.losses.psnr import Psnr

CLEAN = torch.rand(4, 3, 16, 16, generator=torch.Generator().manual_seed(0))
NOISE = torch.randn(4, 3, 16, 16, generator=torch.Generator().manual_seed(1))


def test_it_is_the_psnr_that_is_lost_against_the_floor():
    restored = CLEAN + 0.1 * NOISE
    reference = [
        peak_signal_noise_ratio(c.numpy(), r.numpy(), data_range=1) for c, r in zip(CLEAN, restored, strict=True)
    ]
    # Far above the floor the 1 inside the logarithm is nothing.
    assert float(Psnr(floor=1e-9)(restored, CLEAN)) == pytest.approx(90 - sum(reference) / 4, abs=1e-4)


def test_a_picture_of_weak_noise_pulls_as_much_as_one_of_strong_noise():
    levels = torch.tensor([0.02, 0.2, 0.02, 0.2]).view(4, 1, 1, 1)
    restored = (CLEAN + levels * NOISE).requires_grad_()
    Psnr(floor=1e-9)(restored, CLEAN).backward()
    # How fast each picture's PSNR rises when its error shrinks by the same share.
    gains = (restored.grad * levels * NOISE).sum(dim=(1, 2, 3))
    assert gains.tolist() == pytest.approx([gains[0].item()] * 4, rel=1e-4)
