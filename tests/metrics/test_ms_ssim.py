import numpy as np
import pytest
import torch
from scipy import ndimage
from skimage.measure import block_reduce
from torchmetrics.functional.image import multiscale_structural_similarity_index_measure

from relume.errors import BadInputError
from relume.metrics.ms_ssim import MsSsim

SIZES = [(176, 176), (200, 310)]


def by_scipy(restored, clean):
    """The paper's formula, whole windows only."""

    def mean(values):
        return ndimage.gaussian_filter(values, 1.5, radius=5)[5:-5, 5:-5]

    result = 1.0
    x, y = restored.astype(np.float64), clean.astype(np.float64)
    for exponent in (0.0448, 0.2856, 0.3001, 0.2363, 0.1333):
        spread = mean(x * x) - mean(x) ** 2 + mean(y * y) - mean(y) ** 2
        structure = (2 * (mean(x * y) - mean(x) * mean(y)) + 0.03**2) / (spread + 0.03**2)
        light = (2 * mean(x) * mean(y) + 0.01**2) / (mean(x) ** 2 + mean(y) ** 2 + 0.01**2)
        coarsest = exponent == 0.1333
        result *= (structure * (light if coarsest else 1)).mean() ** exponent
        height, width = (side // 2 * 2 for side in x.shape)
        x, y = (block_reduce(values[:height, :width], 2, np.mean) for values in (x, y))
    return result


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("sigma", [0.02, 0.2])
def test_equals_the_formula_computed_with_scipy(pair, size, sigma):
    restored, clean = pair(*size, 1, sigma=sigma)
    assert MsSsim()(restored, clean) == pytest.approx(by_scipy(restored[..., 0], clean[..., 0]), abs=1e-9)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("sigma", [0.02, 0.2])
def test_is_close_to_torchmetrics(pair, size, sigma):
    # At the coarsest scale torchmetrics counts windows beyond the border as well.
    restored, clean = pair(*size, 1, sigma=sigma)
    batch = [torch.from_numpy(picture).permute(2, 0, 1)[None].double() for picture in (restored, clean)]
    expected = multiscale_structural_similarity_index_measure(*batch, data_range=1.0)
    assert MsSsim()(restored, clean) == pytest.approx(float(expected), abs=1e-4)


def test_is_the_mean_of_its_channels(pair):
    restored, clean = pair(180, 180)
    values = MsSsim().per_channel(restored, clean)
    assert MsSsim()(restored, clean) == pytest.approx(sum(values) / 3)


def test_an_inverted_picture_has_no_likeness_at_all(pair):
    _, clean = pair(180, 180, 1)
    assert MsSsim()(1 - clean, clean) == 0


def test_a_picture_too_small_for_five_scales_is_refused(pair):
    with pytest.raises(
        BadInputError, match=r"MS-SSIM needs at least 176 by 176 pixels, but a picture of 175 by 300 .*or psnr"
    ):
        MsSsim()(*pair(175, 300))
