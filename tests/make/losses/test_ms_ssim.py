import pytest
import torch

from relume.errors import BadInputError, ShapeMismatchError
from relume.make.losses.ms_ssim import MsSsim
from relume.metrics.ms_ssim import MsSsim as Metric

RNG = torch.Generator().manual_seed(0)
CLEAN = torch.nn.functional.interpolate(torch.rand(2, 3, 22, 24, generator=RNG), scale_factor=8.0, mode="bicubic")
RESTORED = CLEAN + 0.1 * torch.randn(CLEAN.shape, generator=RNG)


def test_is_what_the_metric_measures():
    pairs = zip(RESTORED, CLEAN, strict=True)
    scores = [Metric()(*(picture.permute(1, 2, 0).numpy() for picture in pair)) for pair in pairs]
    assert 1 - float(MsSsim()(RESTORED, CLEAN)) == pytest.approx(sum(scores) / 2, abs=1e-4)


def test_of_one_plane_it_is_what_torchmetrics_measures():
    from torchmetrics.functional.image import multiscale_structural_similarity_index_measure as reference

    # Its windows reach over the rim, ours do not: equal where the rim is like the inside.
    flat = torch.full((1, 1, 200, 200), 0.4)
    wave = flat + 0.2 * torch.sin(torch.arange(200) / 7)
    blurred = flat + 0.15 * torch.sin(torch.arange(200) / 7)
    wanted = reference(blurred, wave, data_range=1.0, sigma=1.5, kernel_size=11)
    assert 1 - float(MsSsim()(blurred, wave)) == pytest.approx(float(wanted), abs=5e-3)


def test_fewer_exponents_take_smaller_crops():
    loss = MsSsim(exponents=(0.3, 0.4, 0.3))
    assert 0 < float(loss(RESTORED[..., :44, :44], CLEAN[..., :44, :44])) < 1
    with pytest.raises(ShapeMismatchError, match="MS-SSIM needs at least 44 by 44 pixels, but got 43 by 44.*fewer exp"):
        loss(RESTORED[..., :43, :44], CLEAN[..., :43, :44])


def test_the_opposite_of_a_picture_still_has_a_slope():
    restored = (1 - CLEAN).requires_grad_()
    loss = MsSsim()(restored, CLEAN)
    loss.backward()
    assert loss > 0.9
    assert restored.grad.isfinite().all()


@pytest.mark.parametrize("exponents", [(), (0.5, 0.0), (0.5, float("nan"))])
def test_exponents_that_are_none_are_refused(exponents):
    with pytest.raises(BadInputError, match="exponents are numbers above 0, one for each scale"):
        MsSsim(exponents=exponents)
