import pytest
import torch

from relume.make.nets.resnet_generator import ResnetGenerator


@pytest.mark.parametrize("blocks", [0, 2])
def test_a_cut_beyond_the_halo_is_not_felt(blocks):
    torch.manual_seed(0)
    net = ResnetGenerator(width=4, blocks=blocks)
    halo = -(-net.halo // 4) * 4
    image = torch.rand(1, 3, 2 * halo + 8, 2 * halo + 16)
    whole, part = net(image), net(image[..., : halo + 8])
    torch.testing.assert_close(part[..., :8], whole[..., :8], rtol=0, atol=1e-6)
