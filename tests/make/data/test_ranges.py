import torch
from torch import nn

from relume.make.data.ranges import Signed, to_signed, to_unit


def test_the_ranges_map_end_to_end_and_back():
    pixels = torch.tensor([0.0, 0.25, 0.5, 1.0, 1.5])
    assert to_signed(pixels).tolist() == [-1, -0.5, 0, 1, 2]
    assert torch.equal(to_unit(to_signed(pixels)), pixels)


class Halving(nn.Module):
    scale, inputs, multiple_of, halo = 1, ("image", "sigma"), 4, 7

    def forward(self, image, sigma):
        self.seen = (image, sigma)
        return image / 2


def test_a_signed_net_sees_minus_one_to_one_and_what_it_is_told_unchanged():
    net = Signed(Halving())
    image, sigma = torch.rand(1, 3, 4, 4), torch.rand(1, 1, 4, 4)
    restored = net(image, sigma)
    assert torch.equal(net.net.seen[0], 2 * image - 1)
    assert net.net.seen[1] is sigma
    torch.testing.assert_close(restored, (2 * image - 1) / 4 + 0.5)
    assert (net.scale, net.inputs, net.multiple_of, net.halo) == (1, ("image", "sigma"), 4, 7)
