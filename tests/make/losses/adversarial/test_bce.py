import pytest
import torch
from torch.nn import functional

from relume.errors import BadInputError
from relume.make.losses.adversarial.bce import Bce

SCORES = torch.randn(2, 3, 5, generator=torch.Generator().manual_seed(0)).unbind(0)


@pytest.mark.parametrize("target", [1.0, 0.9])
def test_is_torchs_cross_entropy_with_logits(target):
    real, fake = SCORES
    ask = functional.binary_cross_entropy_with_logits
    wanted = ask(real, torch.full_like(real, target)) + ask(fake, torch.zeros_like(fake))
    torch.testing.assert_close(Bce(target=target).discriminator(real, fake), wanted)
    torch.testing.assert_close(Bce(target=target).generator(fake), ask(fake, torch.ones_like(fake)))


def test_a_target_of_nothing_is_refused():
    with pytest.raises(BadInputError, match="target is above 0, but came as 0. Leave it out"):
        Bce(target=0.0)
