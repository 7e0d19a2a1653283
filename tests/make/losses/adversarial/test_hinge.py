import torch

from relume.make.losses.adversarial.hinge import Hinge


def test_beyond_the_margin_nothing_counts():
    sure = Hinge().discriminator(torch.tensor([1.0, 7.0]), torch.tensor([-1.0, -9.0]))
    assert sure == 0
    assert Hinge().discriminator(torch.tensor([0.5]), torch.tensor([0.25])) == 0.5 + 1.25
    assert Hinge().generator(torch.tensor([2.0, 4.0])) == -3
