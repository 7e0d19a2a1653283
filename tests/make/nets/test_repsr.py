import pytest
import torch
from torch.nn import functional

from relume.errors import BadInputError
from relume.make.nets.repsr import EDGES, RepConv, RepSr


def woken(module):
    rng = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(0.3 * torch.randn(parameter.shape, generator=rng))
    return module


def branches(conv, x):
    """Every branch by itself, each as the convolutions that it is made of."""
    yield functional.conv2d(x, conv.weight, conv.bias, padding=1)
    yield functional.conv2d(x, conv.point[..., None, None])
    yield functional.conv2d(conv.expand(x), conv.project, padding=1)
    for maps, filter_, scale in zip(conv.edge(x).chunk(3, dim=1), EDGES, conv.edge_scale, strict=True):
        width = maps.shape[1]
        kernel = torch.tensor(filter_).expand(width, 1, 3, 3)
        yield scale.view(1, -1, 1, 1) * functional.conv2d(maps, kernel, padding=1, groups=width)
    if conv.point.shape[0] == conv.point.shape[1]:
        yield x


@pytest.mark.parametrize(("come", "leave"), [(6, 6), (3, 8)])
def test_one_kernel_is_the_sum_of_the_branches(come, leave):
    conv, x = woken(RepConv(come, leave)), torch.rand(2, come, 9, 11)
    torch.testing.assert_close(conv(x), sum(branches(conv, x)), rtol=1e-5, atol=1e-5)


def test_fused_is_plain_and_computes_the_same():
    net = woken(RepSr(width=8, blocks=2))
    plain, image = net.fused(), torch.rand(1, 3, 10, 12)
    kinds = {type(module) for module in plain.modules() if next(module.parameters(recurse=False), None) is not None}
    assert kinds == {torch.nn.Conv2d}
    wanted = net(image)
    torch.testing.assert_close(plain(image), wanted, rtol=1e-5, atol=1e-5 * float(wanted.detach().abs().max()))
    assert any(isinstance(module, RepConv) for module in net.modules())  # the original goes on learning


def test_begins_as_a_plain_convolution_and_the_identity():
    conv, x = RepConv(4, 4), torch.rand(1, 4, 6, 6)
    torch.testing.assert_close(conv(x), x + functional.conv2d(x, conv.weight, conv.bias, padding=1))


def test_other_scales_are_refused():
    with pytest.raises(BadInputError, match="scale is one of 1, 2, 3, 4, but came as 0"):
        RepSr(scale=0)
