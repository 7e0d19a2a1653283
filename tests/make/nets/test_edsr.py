import pytest
import torch

from relume.errors import BadInputError
from relume.make.nets.edsr import Edsr


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_a_tail_that_says_nothing_leaves_the_nearest_neighbour(scale):
    net = Edsr(width=8, blocks=1, scale=scale)
    torch.nn.init.zeros_(net.tail.weight)
    torch.nn.init.zeros_(net.tail.bias)
    image = torch.rand(1, 3, 5, 7)
    assert torch.equal(net(image), image.repeat_interleave(scale, 2).repeat_interleave(scale, 3))


def test_other_scales_are_refused():
    with pytest.raises(BadInputError, match="scale is one of 1, 2, 3, 4, but came as 8"):
        Edsr(scale=8)
