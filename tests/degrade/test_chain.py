import pytest
import torch

from relume.degrade import parse
from relume.degrade.chain import Chain
from relume.degrade.gaussian_noise import GaussianNoise
from relume.degrade.salt_pepper_noise import SaltPepperNoise
from relume.errors import BadInputError


def test_parts_follow_each_other_and_draw_from_one_generator():
    clean = torch.full((2, 3, 32, 32), 0.5)
    noise, impulses = GaussianNoise(sigma=0.1), SaltPepperNoise(share=0.3)
    rng = torch.Generator().manual_seed(0)
    expected = impulses(noise(clean, rng), rng)
    assert torch.equal(Chain(parts=(noise, impulses))(clean, torch.Generator().manual_seed(0)), expected)
    assert not torch.equal(Chain(parts=(impulses, noise))(clean, torch.Generator().manual_seed(0)), expected)


def test_no_parts_change_nothing():
    clean = torch.rand(1, 3, 8, 8)
    assert torch.equal(Chain()(clean, torch.Generator()), clean)


def test_a_chain_of_one_is_its_part():
    assert parse("gaussian_noise") == GaussianNoise()


def test_tells_the_quality_of_its_last_part():
    clean = torch.rand(2, 3, 16, 16)
    chain = parse("gaussian_noise + jpeg:quality=30")
    degraded, quality = chain.with_quality(clean, torch.Generator().manual_seed(0))
    assert torch.equal(degraded, chain(clean, torch.Generator().manual_seed(0)))
    assert (quality == 0.3).all()
    with pytest.raises(
        BadInputError, match="A chain tells the quality of its last part, but GaussianNoise.* End it with"
    ):
        parse("jpeg + gaussian_noise").with_quality(clean, torch.Generator())
