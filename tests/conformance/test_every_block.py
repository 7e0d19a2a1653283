"""What holds for each block, whoever adds one."""

import pytest
import torch

from relume.make.blocks import BLOCKS


def features(batch=2, channels=16):
    return torch.randn(batch, channels, 10, 13, generator=torch.Generator().manual_seed(0))


def woken(block):
    rng = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in block.parameters():  # blocks may begin by doing nothing
            parameter.add_(0.2 * torch.randn(parameter.shape, generator=rng))
    return block


@pytest.mark.parametrize("name", BLOCKS)
class TestEveryBlock:
    def test_keeps_the_shape_at_any_size(self, name):
        for shape in ((2, 16, 10, 13), (1, 16, 1, 1), (1, 16, 7, 2)):
            assert BLOCKS[name](16)(torch.randn(shape)).shape == shape

    def test_needs_no_arguments(self, name):
        assert BLOCKS[name]()(features(channels=64)).shape == features(channels=64).shape

    def test_every_parameter_learns(self, name):
        block = woken(BLOCKS[name](16))
        # One dark, one bright: whatever the sign of a lone hidden unit's weights, one of them wakes it.
        block(features() + torch.tensor([-4.0, 4.0]).view(2, 1, 1, 1)).square().mean().backward()
        assert [key for key, value in block.named_parameters() if value.grad is None or not value.grad.any()] == []

    def test_a_batch_is_its_pictures_one_by_one(self, name):
        block = woken(BLOCKS[name](16))
        alone = torch.cat([block(part[None]) for part in features()])
        torch.testing.assert_close(block(features()), alone, rtol=0, atol=1e-5)

    def test_the_order_in_memory_makes_no_difference(self, name):
        block = woken(BLOCKS[name](16))
        last = block(features().contiguous(memory_format=torch.channels_last))
        torch.testing.assert_close(last, block(features()), rtol=1e-4, atol=1e-5)

    def test_halo_is_honest(self, name):
        block = woken(BLOCKS[name](16))
        x = features(batch=1).requires_grad_()
        block(x)[..., 0, 0].sum().backward()
        reached = x.grad.abs().sum((0, 1)).nonzero().amax().item()
        assert block.halo is None or reached <= block.halo

    def test_says_whence_it_comes(self, name):
        assert "Reference: " in BLOCKS[name].__doc__
