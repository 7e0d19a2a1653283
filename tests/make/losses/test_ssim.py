import numpy as np
import pytest
import torch
from skimage.metrics import structural_similarity
from torchmetrics.functional.image import structural_similarity_index_measure

from relume.errors import ShapeMismatchError
from relume.make.losses.ssim import Ssim

RNG = torch.Generator().manual_seed(0)
CLEAN = torch.nn.functional.interpolate(torch.rand(2, 3, 8, 9, generator=RNG), scale_factor=5.0, mode="bicubic")
RESTORED = CLEAN + 0.1 * torch.randn(CLEAN.shape, generator=RNG)


def test_is_what_scikit_image_measures_on_whole_windows():
    def one(restored, clean):
        _, whole = structural_similarity(
            restored, clean, data_range=1.0, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, full=True
        )
        return whole[5:-5, 5:-5].mean()

    planes = zip(RESTORED.flatten(0, 1).numpy(), CLEAN.flatten(0, 1).numpy(), strict=True)
    wanted = np.mean([one(*pair) for pair in planes])
    assert 1 - float(Ssim()(RESTORED, CLEAN)) == pytest.approx(wanted, abs=1e-4)


def test_is_what_torchmetrics_measures():
    inner = structural_similarity_index_measure(RESTORED, CLEAN, data_range=1.0, return_full_image=True)[1]
    assert 1 - float(Ssim()(RESTORED, CLEAN)) == pytest.approx(float(inner[..., 5:-5, 5:-5].mean()), abs=1e-4)


def test_crops_smaller_than_the_window_are_refused():
    small = torch.zeros(1, 3, 10, 20)
    with pytest.raises(ShapeMismatchError, match="SSIM needs at least 11 by 11 pixels, but got 10 by 20. Train on lar"):
        Ssim()(small, small)
