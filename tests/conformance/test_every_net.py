"""What holds for each net, whoever adds one."""

import inspect
import re

import onnxruntime
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from relume.degrade.gaussian_noise import GaussianNoise
from relume.make.export import to_onnx
from relume.make.nets import NETS
from relume.make.recipe import Phase, Recipe

CHANNELS = {"image": 3}  # what else a net is told is one map
RECIPE = Recipe(
    task="any",
    name="any",
    net="unet",
    degrade=((1.0, GaussianNoise()),),
    data=(),
    phases=(Phase(start=0.0, batch=1, crop=8),),
    steps=1,
)


def inputs(net, batch, height, width, **options):
    """One tensor for each input that the net names."""
    rng = torch.Generator().manual_seed(0)
    return [torch.rand(batch, CHANNELS.get(name, 1), height, width, generator=rng, **options) for name in net.inputs]


def shallow(name):
    """The net with as few blocks as can be, since exporting takes a while for each."""
    few = {"blocks": lambda usual: (1,) * min(2, len(usual)) if isinstance(usual, tuple) else 1, "depth": lambda _: 3}
    options = inspect.signature(NETS[name]).parameters
    return NETS[name](width=8, **{option: few[option](options[option].default) for option in few if option in options})


def woken(net):
    """The net with weights that are all drawn afresh: nets may begin with blocks that do nothing yet."""
    rng = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(0.02 + 0.06 * torch.rand(parameter.shape, generator=rng))
    return net


@pytest.mark.parametrize("name", NETS)
class TestEveryNet:
    def test_keeps_its_size_contract(self, name):
        net = NETS[name](width=8)
        side = 3 * net.multiple_of
        result = net(*inputs(net, 2, side, side + net.multiple_of))
        assert result.shape == (2, 3, net.scale * side, net.scale * (side + net.multiple_of))

    def test_takes_grey_pictures_when_it_is_built_for_them(self, name):
        net = NETS[name](1, width=8)
        side = 2 * net.multiple_of
        image, *told = inputs(net, 1, side, side)
        assert net(image[:, :1], *told).shape == (1, 1, net.scale * side, net.scale * side)

    def test_halo_is_honest_and_no_larger_than_needed(self, name):
        # Positive weights: nothing cancels, and no ReLU hides a path. In double: deep nets' far slopes are tiny.
        net = woken(NETS[name](width=8)).double()
        grid, reached = net.multiple_of, 0
        if net.halo is None:
            n = 16 * grid
            self.assert_a_corner_reaches_the_opposite_one(net, n)
            return
        n = 2 * (net.halo // grid + 2) * grid + grid
        (image, *rest) = inputs(net, 1, n, n, dtype=torch.float64)
        image.requires_grad_()
        result = net(image, *rest)
        middle = n // 2 // grid * grid
        # Where a pixel lies in its coarsest cell decides how far it sees to which side.
        for at in range(middle, middle + grid):
            for row in range(at * net.scale, (at + 1) * net.scale):
                (gradient,) = torch.autograd.grad(result[..., row, row].sum(), image, retain_graph=True)
                for axis in (2, 3):
                    rows = gradient.abs().sum([d for d in range(4) if d != axis]).nonzero()
                    reached = max(reached, int((rows - at).abs().max()))
        assert reached == net.halo

    def assert_a_corner_reaches_the_opposite_one(self, net, n):
        image, *rest = inputs(net, 1, n, n, dtype=torch.float64)
        image.requires_grad_()
        net(image, *rest)[..., 0, 0].sum().backward()
        assert image.grad[..., -1, -1].abs().sum() > 0

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
        assert [key for key, value in net.named_parameters() if value.grad is None or not value.grad.any()] == []
        optimizer.step()
        assert any(not torch.equal(value, before[key]) for key, value in net.named_parameters())

    def test_a_batch_is_its_pictures_one_by_one(self, name):
        net = NETS[name](width=8).eval()
        fed = inputs(net, 3, 2 * net.multiple_of, 2 * net.multiple_of)
        with torch.no_grad():
            together = net(*fed)
            alone = torch.cat([net(*(part[i : i + 1] for part in fed)) for i in range(3)])
        torch.testing.assert_close(together, alone, rtol=0, atol=1e-5)

    def test_learns_as_the_loop_does_it_channels_last_and_in_half(self, name):
        net = NETS[name](width=8).to(memory_format=torch.channels_last)
        side = 4 * net.multiple_of
        fed = [part.contiguous(memory_format=torch.channels_last) for part in inputs(net, 2, side, side)]
        with torch.autocast("cpu", torch.bfloat16):
            result = net(*fed)
        result.float().square().mean().backward()
        assert all(value.grad.isfinite().all() for value in net.parameters())
        with torch.no_grad():
            exact = net(*fed)
        torch.testing.assert_close(result.float(), exact, rtol=0.05, atol=0.05)

    def test_what_is_measured_is_what_was_trained(self, name):
        net = woken(NETS[name](width=8))
        fed = inputs(net, 1, 4 * net.multiple_of, 4 * net.multiple_of)
        with torch.no_grad():
            torch.testing.assert_close(net.train()(*fed), net.eval()(*fed), rtol=1e-4, atol=1e-4)

    def test_takes_values_beyond_zero_and_one_and_does_not_clip(self, name):
        net = NETS[name](width=8).eval()
        with torch.no_grad():
            for parameter in net.parameters():
                parameter.zero_()
            fed = inputs(net, 1, net.multiple_of, net.multiple_of)
            fed[0] = fed[0] * 4 - 2
            # Without weights a net adds nothing: the picture, or one made larger in the plainest way.
            wanted = torch.nn.functional.interpolate(fed[0], scale_factor=net.scale, mode="nearest")
            torch.testing.assert_close(net(*fed), wanted)

    def test_its_story_tells_its_size(self, name):
        net = NETS[name]()
        story = re.sub(r"\s+", " ", type(net).__doc__)
        count, unit = re.search(r"By default ([\d.]+) (million|thousand) parameters", story).groups()
        told = float(re.search(r"([\d.]+) GMAC per megapixel", story)[1])
        fused = net.fused() if hasattr(net, "fused") else net
        parameters = sum(parameter.numel() for parameter in fused.parameters())
        assert float(count) * {"million": 1e6, "thousand": 1e3}[unit] == pytest.approx(parameters, rel=0.03)
        side = 8 * net.multiple_of
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            fused(*inputs(net, 1, side, side))
        assert told == pytest.approx(counter.get_total_flops() / 2 / side**2 / 1e3, rel=0.02)
        assert "Reference: " in story

    @pytest.mark.slow
    def test_leaves_the_training_ground_as_onnx(self, name):
        net = shallow(name).eval()
        with torch.no_grad():
            for parameter in net.parameters():
                parameter.add_(0.05 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(1)))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(to_onnx(net, recipe=RECIPE), options, providers=["CPUExecutionProvider"])
        for batch, high, wide in ((1, 4, 4), (3, 5, 2)):
            fed = inputs(net, batch, high * net.multiple_of, wide * net.multiple_of)
            with torch.no_grad():
                wanted = net(*fed)
            (got,) = session.run(None, {name: part.numpy() for name, part in zip(net.inputs, fed, strict=True)})
            torch.testing.assert_close(torch.from_numpy(got), wanted, rtol=1e-4, atol=1e-4)
