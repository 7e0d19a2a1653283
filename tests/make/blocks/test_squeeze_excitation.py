import torch

from relume.make.blocks.squeeze_excitation import SqueezeExcitation


def test_is_the_plain_loop():
    torch.manual_seed(0)
    block, x = SqueezeExcitation(6, reduction=3), torch.randn(2, 6, 4, 5)
    result = block(x)
    for picture in range(2):
        means = [float(x[picture, channel].mean()) for channel in range(6)]
        inner = []
        for unit in range(2):
            total = float(block.squeeze.bias[unit].detach())
            total += sum(float(block.squeeze.weight[unit, c, 0, 0].detach()) * means[c] for c in range(6))
            inner.append(max(0.0, total))
        for channel in range(6):
            total = block.excite.bias[channel] + sum(
                block.excite.weight[channel, unit, 0, 0] * inner[unit] for unit in range(2)
            )
            torch.testing.assert_close(result[picture, channel], x[picture, channel] / (1 + torch.exp(-total)))


def test_few_channels_still_have_one_inside():
    assert SqueezeExcitation(8, reduction=16).squeeze.out_channels == 1
