import pytest
import torch
from torch.distributions import Laplace

from relume.errors import BadInputError, ShapeMismatchError
from relume.make.losses.laplace_likelihood import LaplaceLikelihood

RNG = torch.Generator().manual_seed(0)
CLEAN = torch.rand(2, 3, 6, 7, generator=RNG)
RESTORED = CLEAN + 0.1 * torch.randn(CLEAN.shape, generator=RNG)
SPREAD = torch.randn(2, 1, 6, 7, generator=RNG) - 2


def test_is_torchs_log_likelihood_without_its_constant():
    loss = LaplaceLikelihood(least=1e-9)(torch.cat([RESTORED, SPREAD], dim=1), CLEAN)
    wanted = -Laplace(RESTORED, SPREAD.exp().expand_as(RESTORED)).log_prob(CLEAN).mean() - torch.log(torch.tensor(2.0))
    torch.testing.assert_close(loss, wanted)


def test_is_least_where_the_scale_is_the_mean_absolute_error():
    error = torch.tensor([0.02, 0.06]).repeat(3, 4, 4).view(1, 3, 4, 8)  # mean 0.04
    scales = torch.tensor([0.02, 0.03, 0.04, 0.05, 0.08])
    losses = []
    for scale in scales:
        spread = torch.full((1, 1, 4, 8), float(scale.log()))
        losses.append(LaplaceLikelihood(least=1e-9)(torch.cat([error, spread], dim=1), torch.zeros(1, 3, 4, 8)))
    assert int(torch.stack(losses).argmin()) == 2


def test_a_pixel_that_is_right_and_sure_does_not_pull_without_bound():
    spread = torch.full((2, 1, 6, 7), -1e3, requires_grad=True)
    loss = LaplaceLikelihood()(torch.cat([CLEAN, spread], dim=1), CLEAN)
    loss.backward()
    assert loss.isfinite()
    assert spread.grad.abs().max() == 0


def test_a_net_with_one_head_is_refused():
    with pytest.raises(ShapeMismatchError, match="3 channels and the second head's one .* net gave 3.*uncertain=True"):
        LaplaceLikelihood()(RESTORED, CLEAN)


def test_a_scale_of_nothing_is_refused():
    with pytest.raises(BadInputError, match="least is above 0, but came as -1"):
        LaplaceLikelihood(least=-1.0)
