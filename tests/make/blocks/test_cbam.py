import pytest
import torch

from relume.errors import BadInputError
from relume.make.blocks.cbam import Cbam


def test_is_the_papers_two_formulas():
    torch.manual_seed(0)
    block, x = Cbam(8, reduction=4, kernel=3), torch.randn(1, 8, 6, 5)

    def layers(values):
        hidden = (block.squeeze.weight[..., 0, 0] @ values).clamp(min=0)
        return block.excite.weight[..., 0, 0] @ hidden

    flat = x[0].flatten(1)
    channels = (layers(flat.mean(dim=1)) + layers(flat.max(dim=1).values)).sigmoid()
    weighed = x * channels.view(1, 8, 1, 1)
    two = torch.stack([weighed[0].mean(dim=0), weighed[0].max(dim=0).values])
    padded = torch.zeros(2, 8, 7)
    padded[:, 1:-1, 1:-1] = two
    for row in range(6):
        for column in range(5):
            place = (block.place.weight[0] * padded[:, row : row + 3, column : column + 3]).sum().sigmoid()
            torch.testing.assert_close(block(x)[0, :, row, column], weighed[0, :, row, column] * place)


def test_a_kernel_without_a_middle_is_refused():
    with pytest.raises(BadInputError, match="kernel is odd, so that it has a middle, but came as 4"):
        Cbam(8, kernel=4)
