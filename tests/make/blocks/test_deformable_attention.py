import numpy as np
import pytest
import torch
from scipy import ndimage

from relume.errors import BadInputError
from relume.make.blocks.deformable_attention import DeformableAttention


def test_a_new_block_is_the_identity_and_looks_at_a_ring():
    block, x = DeformableAttention(8, heads=4, points=2), torch.randn(1, 8, 5, 6)
    assert torch.equal(block(x), x)
    ring = block.offsets.bias.detach().view(4, 2, 2)
    torch.testing.assert_close(
        ring[:, 0], torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]]), atol=1e-6, rtol=0
    )
    torch.testing.assert_close(ring[:, 1], 2 * ring[:, 0])


def test_is_scipys_sampling_weighed_and_summed():
    torch.manual_seed(0)
    heads, points, height, width = 2, 3, 7, 9
    block, x = DeformableAttention(4, heads=heads, points=points), torch.randn(1, 4, height, width)
    with torch.no_grad():
        for parameter in block.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
        value = block.value(x)[0].numpy()
        offsets = block.offsets(x)[0].view(heads, points, 2, height, width).numpy()
        weights = block.weights(x)[0].view(heads, points, height, width).softmax(dim=1).numpy()
        rows, columns = np.mgrid[:height, :width]
        seen = np.zeros((4, height, width))
        for head in range(heads):
            for point in range(points):
                across, down = offsets[head, point]
                for channel in (2 * head, 2 * head + 1):
                    # A rim of zeros: outside the picture there is nothing, and half of nothing half outside.
                    framed = np.pad(value[channel], 40)
                    at = [rows + down + 40, columns + across + 40]
                    seen[channel] += weights[head, point] * ndimage.map_coordinates(framed, at, order=1)
        wanted = x + block.mix(torch.from_numpy(seen[None]).float())
        torch.testing.assert_close(block(x), wanted, rtol=1e-4, atol=1e-4)


def test_channels_that_heads_do_not_divide_are_refused():
    with pytest.raises(BadInputError, match="channels is a multiple of heads, but 6 and 4 came. Change one of them"):
        DeformableAttention(6)
