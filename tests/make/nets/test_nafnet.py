import pytest
import torch
from torch.nn import functional

from relume.errors import BadInputError
from relume.make.nets._layer_norm import LayerNorm
from relume.make.nets.nafnet import Block, NafNet, _average, _gate


def test_the_norm_is_torchs_over_the_channels_of_a_pixel():
    norm, x = LayerNorm(6), torch.randn(2, 6, 4, 5)
    with torch.no_grad():
        norm.weight.normal_()
        norm.bias.normal_()
    wanted = functional.layer_norm(x.permute(0, 2, 3, 1), (6,), norm.weight.flatten(), norm.bias.flatten(), eps=1e-6)
    torch.testing.assert_close(norm(x), wanted.permute(0, 3, 1, 2))


def test_the_gate_multiplies_halves():
    x = torch.arange(8.0).view(1, 4, 1, 2)
    assert torch.equal(_gate(x), x[:, :2] * x[:, 2:])


def test_a_window_averages_what_of_it_lies_inside():
    x = torch.rand(1, 2, 7, 6)
    found = _average(x, 5)
    for row in range(7):
        for column in range(6):
            inside = x[..., max(0, row - 2) : row + 3, max(0, column - 2) : column + 3]
            torch.testing.assert_close(found[..., row, column], inside.mean(dim=(2, 3)))


def test_a_new_block_is_the_identity():
    x = torch.randn(1, 8, 5, 5)
    assert torch.equal(Block(8, None)(x), x)


@pytest.mark.parametrize(("blocks", "window", "halo"), [((1,), 1, 3), ((1, 1), 3, 2 + 4 + 4 + 1), ((1, 1), 5, 15)])
def test_with_a_window_its_halo_is_finite_and_honest(blocks, window, halo):
    net = NafNet(width=4, blocks=blocks, window=window).double()
    assert net.halo == halo
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(0.3 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(0)))
    n, grid = 2 * halo + 12, net.multiple_of
    n, reached = n // grid * grid, 0
    image = torch.rand(1, 3, n, n, dtype=torch.float64, requires_grad=True)
    result = net(image)
    for at in range(n // 2 // grid * grid, n // 2 // grid * grid + grid):
        (slope,) = torch.autograd.grad(result[..., at, at].sum(), image, retain_graph=True)
        rows = slope.abs().sum((0, 1, 3)).nonzero()
        reached = max(reached, int((rows - at).abs().max()))
    assert reached == halo


def test_with_a_window_larger_than_the_picture_it_is_the_global_net():
    torch.manual_seed(0)
    everything = NafNet(width=4, blocks=(1, 1))
    with torch.no_grad():
        for parameter in everything.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    windowed = NafNet(width=4, blocks=(1, 1), window=33)
    windowed.load_state_dict(everything.state_dict())
    image = torch.rand(1, 3, 16, 12)
    torch.testing.assert_close(windowed(image), everything(image), rtol=1e-4, atol=1e-5)


def test_a_window_without_a_middle_is_refused():
    with pytest.raises(BadInputError, match="window is odd, so that it has a middle, or None .* came as 4"):
        NafNet(window=4)
