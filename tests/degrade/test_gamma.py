import numpy as np
import pytest
import torch
from skimage.exposure import adjust_gamma
from tests.degrade._pictures import picture

from relume.degrade import Range
from relume.degrade.gamma import Gamma
from relume.errors import BadInputError


@pytest.mark.parametrize("gamma", [0.4, 1.0, 2.2])
def test_is_scikit_images(gamma):
    clean = picture()
    np.testing.assert_allclose(
        Gamma(gamma=gamma)(clean, torch.Generator()), adjust_gamma(clean.numpy(), gamma), atol=3e-3
    )


def test_black_and_white_stay_and_the_slope_in_black_is_finite():
    clean = torch.tensor([-0.1, 0.0, 1.0]).view(1, 1, 1, 3).requires_grad_()
    degraded = Gamma(gamma=0.3)(clean, torch.Generator())
    assert degraded.flatten().tolist() == [0, 0, 1]
    degraded.sum().backward()
    assert clean.grad.isfinite().all()


def test_a_range_draws_one_gamma_for_each_picture():
    degraded = Gamma(gamma=Range(1.0, 3.0))(torch.full((300, 1, 2, 2), 0.5), torch.Generator().manual_seed(0))
    gammas = -degraded[:, 0, 0, 0].log2()
    assert (float(gammas.min()), float(gammas.max())) == pytest.approx((1, 3), abs=0.05)


def test_values_out_of_range_are_refused():
    with pytest.raises(BadInputError, match=r"gamma lies in \[0.05, 20\], but came as 0"):
        Gamma(gamma=0.0)
