import pytest
import torch

from relume.make.discriminators.unet_discriminator import UNetDiscriminator


def test_each_pixel_has_a_score():
    assert UNetDiscriminator(width=8)(torch.rand(1, 3, 24, 40)).shape == (1, 1, 24, 40)


def test_has_the_size_it_tells_of():
    assert sum(p.numel() for p in UNetDiscriminator().parameters()) == pytest.approx(4.4e6, rel=0.03)
