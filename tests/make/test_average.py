import torch
from torch import nn

from relume.make.average import Average


def test_it_follows_its_formula():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
    average = Average(net, decay=0.8)
    expected = {name: value.clone() for name, value in net.state_dict().items()}
    for step in range(1, 60):
        with torch.no_grad():
            for value in net.state_dict().values():
                value.add_(torch.ones_like(value) if value.dtype == torch.int64 else torch.randn_like(value))
        average.follow(net, step)
        decay = min(0.8, step / (step + 10))
        for name, value in net.state_dict().items():
            counter = value.dtype == torch.int64
            expected[name] = value.clone() if counter else decay * expected[name] + (1 - decay) * value
    for name, value in average.net.state_dict().items():
        torch.testing.assert_close(value, expected[name], rtol=1e-5, atol=1e-6)


def test_it_is_a_net_of_its_own_that_only_evaluates():
    net = nn.Dropout()
    average = Average(net, decay=0.9)
    assert net.training
    assert not average.net.training
    layer = nn.Linear(2, 2)
    average = Average(layer, decay=0.9)
    with torch.no_grad():
        layer.weight.zero_()
    assert average.net.weight.abs().sum() > 0
    assert not average.net.weight.requires_grad
    average.take(layer)
    assert average.net.weight.abs().sum() == 0
