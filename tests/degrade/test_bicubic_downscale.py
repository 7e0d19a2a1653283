import numpy as np
import pytest
import torch
from tests.degrade._pictures import picture

from relume.classic._resample import resize
from relume.degrade import _resample
from relume.degrade.bicubic_downscale import BicubicDownscale
from relume.errors import BadInputError


def imresize(picture, scale):
    """MATLAB's `contributions` and `imresize`, with loops, on h w."""

    def cubic(x):
        x = abs(x)
        if x <= 1:
            return 1.5 * x**3 - 2.5 * x**2 + 1
        return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x <= 2 else 0.0

    def along_rows(picture):
        length, factor = len(picture), 1 / scale
        mirror = [*range(1, length + 1), *range(length, 0, -1)]
        result = np.zeros((int(np.ceil(length * factor)), picture.shape[1]))
        for x in range(1, len(result) + 1):
            u = x / factor + 0.5 * (1 - 1 / factor)
            left = int(np.floor(u - 4 / factor / 2))
            places = range(left, left + int(np.ceil(4 / factor)) + 2)
            weights = [factor * cubic(factor * (u - place)) for place in places]
            for place, weight in zip(places, weights, strict=True):
                result[x - 1] += weight / sum(weights) * picture[mirror[(place - 1) % len(mirror)] - 1]
        return result

    return along_rows(along_rows(picture).T).T


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [(24, 36), (25, 31)])
def test_is_matlabs_imresize(scale, size):
    clean = picture(*size).double()
    small = BicubicDownscale(scale=scale)(clean, torch.Generator())
    expected = np.stack([imresize(plane, scale) for plane in clean[0].numpy()])
    np.testing.assert_allclose(small[0].numpy(), expected, atol=1e-12)


def test_is_what_the_classical_bicubic_restorer_does():
    clean = picture(48, 60)
    small = BicubicDownscale(scale=4)(clean, torch.Generator())[0].permute(1, 2, 0)
    np.testing.assert_allclose(small, resize(clean[0].permute(1, 2, 0).numpy(), 12, 15), atol=2e-6)


def test_weights_are_kept_for_the_next_step_but_not_those_of_large_pictures():
    _resample._kept.cache_clear()
    with torch.inference_mode():
        first = BicubicDownscale(scale=3)(picture(30, 36), torch.Generator())
    clean = picture(30, 36).requires_grad_()
    before = _resample._kept.cache_info()
    second = BicubicDownscale(scale=3)(clean, torch.Generator())
    assert _resample._kept.cache_info().hits == before.hits + 2
    assert torch.equal(first, second)
    second.sum().backward()
    BicubicDownscale(scale=2)(torch.zeros(1, 1, 8, 2000), torch.Generator())
    assert _resample._kept.cache_info().currsize == before.currsize + 1


def test_the_gradient_is_the_transposed_of_what_it_does():
    clean = torch.rand(1, 1, 8, 8, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: BicubicDownscale()(x, torch.Generator()), clean)


@pytest.mark.parametrize("scale", [0, 17])
def test_a_scale_that_is_no_small_whole_number_is_refused(scale):
    with pytest.raises(BadInputError, match=r"scale is a whole number in \[1, 16\], but came as"):
        BicubicDownscale(scale=scale)
