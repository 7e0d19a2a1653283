import pytest
import torch

from relume.errors import BadInputError
from relume.make.nets.dncnn import DnCnn


def test_of_the_papers_size_it_has_the_papers_weights():
    with torch.device("meta"):
        net = DnCnn(1, width=64, depth=17)
    # 17 layers of 64 channels in grey: 64*9 + 15*64*64*9 + 64*9 weights, and a bias for each channel.
    assert sum(p.numel() for p in net.parameters()) == 64 * 9 + 15 * 64 * 64 * 9 + 64 * 9 + 16 * 64 + 1
    assert net.halo == 17


def test_a_depth_without_an_inside_is_refused():
    with pytest.raises(BadInputError, match="depth counts the first and the last convolution: 2 or more, .* as 1"):
        DnCnn(depth=1)
