import torch

from relume.make.blocks.strip_pooling import StripPooling


def test_a_place_is_weighed_by_its_row_and_its_column_alone():
    torch.manual_seed(0)
    block, x = StripPooling(4), torch.randn(1, 4, 9, 11)
    kernel = block.rows.weight[..., 0]  # d c 3: across neighbouring rows
    means = x.mean(dim=3)[0]  # c h
    across = x.mean(dim=2)[0]  # c w
    row, column = 4, 7
    vertical = block.rows.bias + sum(kernel[..., k] @ means[:, row - 1 + k] for k in range(3))
    horizontal = block.columns.bias + sum(
        block.columns.weight[:, :, 0, k] @ across[:, column - 1 + k] for k in range(3)
    )
    inner = (vertical + horizontal).clamp(min=0)
    weight = (block.mix.weight[..., 0, 0] @ inner + block.mix.bias).sigmoid()
    torch.testing.assert_close(block(x)[0, :, row, column], x[0, :, row, column] * weight)
