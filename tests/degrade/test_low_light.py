import pytest
import torch
from tests.degrade._pictures import smooth

from relume.degrade._camera import displayed, linear
from relume.degrade.low_light import LowLight
from relume.errors import BadInputError


def degrade(clean, **options):
    return LowLight(**options)(clean, torch.Generator().manual_seed(0))


def test_without_noise_it_is_a_shorter_exposure():
    clean = smooth()
    dark = degrade(clean, exposure=0.2, shot=1e-8)
    torch.testing.assert_close(dark, displayed(0.2 * linear(clean)), rtol=0, atol=5e-3)


def test_less_light_more_noise_in_what_is_seen():
    flat = torch.full((1, 3, 150, 150), 0.6)

    def ratio(exposure):
        dark = degrade(flat, exposure=exposure, shot=2e-4)
        return float(dark.std(dim=(2, 3)).mean() / dark.mean())

    assert ratio(1.0) < ratio(0.3) < ratio(0.05)


def test_a_gradient_flows():
    clean = smooth(8, 8).requires_grad_()
    degrade(clean, exposure=0.3, shot=1e-6).sum().backward()
    assert clean.grad.isfinite().all()
    assert (clean.grad != 0).float().mean() > 0.9


def test_values_out_of_range_are_refused():
    with pytest.raises(BadInputError, match=r"exposure lies in \[0.0001, 1\], but came as 0"):
        LowLight(exposure=0.0)
    with pytest.raises(BadInputError, match=r"shot lies in \[1e-08, 1\], but came as 2"):
        LowLight(shot=2.0)
