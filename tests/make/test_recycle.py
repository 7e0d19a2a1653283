import torch

from relume.make.nets.unet import UNet
from relume.make.recycle import recycle


def trained(steps: int = 3) -> tuple[UNet, torch.optim.AdamW]:
    """A net in one of whose blocks 5 of 8 hidden units are dead, after some steps."""
    torch.manual_seed(0)
    net = UNet(width=8, blocks=(1, 1))
    block = net.bottom[0]
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(0.02 * torch.randn_like(parameter))
        block.first.bias[:5] = -1e4
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-4)
    step(net, optimizer, steps)
    return net, optimizer


def step(net: UNet, optimizer: torch.optim.AdamW, times: int) -> None:
    for place in range(times):
        x = torch.rand((2, 3, 32, 32), generator=torch.Generator().manual_seed(place))
        net(x, torch.full((2, 1, 32, 32), 0.1)).square().mean().backward()
        optimizer.step()
        optimizer.zero_grad()


def test_dead_units_are_found_and_the_net_computes_what_it_did() -> None:
    net, optimizer = trained()
    x, level = torch.rand(1, 3, 32, 32), torch.full((1, 1, 32, 32), 0.1)
    before = net(x, level)
    assert recycle(net, optimizer, torch.Generator().manual_seed(0)) >= 5
    assert (net.bottom[0].first.bias[:5] == 0).all()
    torch.testing.assert_close(net(x, level), before, rtol=0, atol=1e-6)


def test_woken_units_learn_again() -> None:
    net, optimizer = trained()
    recycle(net, optimizer, torch.Generator().manual_seed(0))
    step(net, optimizer, 3)
    assert recycle(net, optimizer, torch.Generator().manual_seed(0)) == 0


def test_the_same_seed_wakes_the_same() -> None:
    weights = []
    for _ in range(2):
        net, optimizer = trained()
        recycle(net, optimizer, torch.Generator().manual_seed(3))
        weights.append(net.bottom[0].first.weight.detach().clone())
    torch.testing.assert_close(weights[0], weights[1], rtol=0, atol=0)


def test_before_the_first_step_nothing_is_known() -> None:
    net, optimizer = trained(steps=0)
    assert recycle(net, optimizer, torch.Generator()) == 0
