import torch

from relume.make.losses.adversarial.least_squares import LeastSquares


def test_is_the_papers_formula():
    real, fake = torch.tensor([1.0, 3.0]), torch.tensor([0.0, -2.0])
    assert LeastSquares().discriminator(real, fake) == ((0 + 4) / 2 + (0 + 4) / 2) / 2
    assert LeastSquares().generator(fake) == (1 + 9) / 2 / 2
