"""What holds for each net, whoever adds one."""

import pytest
import torch

from relume.make.nets import NETS


def inputs(net, batch, height, width, **options):
    """One tensor for each input that the net names."""
    rng = torch.Generator().manual_seed(0)
    channels = {"image": 3, "sigma": 1, "mask": 1}
    return [torch.rand(batch, channels[name], height, width, generator=rng, **options) for name in net.inputs]


@pytest.mark.parametrize("name", NETS)
class TestEveryNet:
    def test_keeps_its_size_contract(self, name):
        net = NETS[name](width=8)
        side = 3 * net.multiple_of
        result = net(*inputs(net, 2, side, side + net.multiple_of))
        assert result.shape == (2, 3, net.scale * side, net.scale * (side + net.multiple_of))

    def test_halo_is_honest_and_no_larger_than_needed(self, name):
        net = NETS[name](width=8)
        with torch.no_grad():
            for parameter in net.parameters():  # positive everywhere: nothing cancels, and no ReLU hides a path
                parameter.fill_(0.01)
        grid, reached = net.multiple_of, 0
        n = 2 * (net.halo // grid + 2) * grid + grid
        (image, *rest) = inputs(net, 1, n, n)
        image.requires_grad_()
        result = net(image, *rest)
        middle = n // 2 // grid * grid
        # Where a pixel lies in its coarsest cell decides how far it sees to which side.
        for at in range(middle, middle + grid):
            (gradient,) = torch.autograd.grad(
                result[..., at * net.scale, at * net.scale].sum(), image, retain_graph=True
            )
            for axis in (2, 3):
                rows = gradient.abs().sum([d for d in range(4) if d != axis]).nonzero()
                reached = max(reached, int((rows - at).abs().max()))
        assert reached == net.halo

    def test_one_step_reaches_every_parameter(self, name):
        net = NETS[name](width=8)
        optimizer = torch.optim.SGD(net.parameters(), lr=1e-3)
        side = 4 * net.multiple_of
        fed = inputs(net, 1, side, side)
        with torch.no_grad():
            for parameter in net.parameters():  # nets may begin with blocks that do nothing yet
                parameter.add_(0.05 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(1)))
        before = {key: value.detach().clone() for key, value in net.named_parameters()}
        (net(*fed) - 0.5).square().mean().backward()
        optimizer.step()
        unmoved = [key for key, value in net.named_parameters() if torch.equal(value, before[key])]
        assert not unmoved

    def test_a_batch_is_its_pictures_one_by_one(self, name):
        net = NETS[name](width=8).eval()
        fed = inputs(net, 3, 2 * net.multiple_of, 2 * net.multiple_of)
        with torch.no_grad():
            together = net(*fed)
            alone = torch.cat([net(*(part[i : i + 1] for part in fed)) for i in range(3)])
        torch.testing.assert_close(together, alone, rtol=0, atol=1e-5)

    def test_takes_values_beyond_zero_and_one_and_does_not_clip(self, name):
        net = NETS[name](width=8).eval()
        with torch.no_grad():
            for parameter in net.parameters():
                parameter.zero_()
            fed = inputs(net, 1, net.multiple_of, net.multiple_of)
            fed[0] = fed[0] * 4 - 2
            if net.scale == 1:
                torch.testing.assert_close(net(*fed), fed[0])
