import pytest
import torch

from relume.errors import BadInputError
from relume.make.nets.transformer import Attention, Transformer


def test_attention_between_channels_is_the_plain_loop():
    torch.manual_seed(0)
    attention = Attention(4, 2)
    with torch.no_grad():
        attention.temperature.copy_(torch.tensor([0.5, 2.0]).view(2, 1, 1))
    x = torch.randn(1, 4, 3, 5)
    rows = attention.spatial(attention.point(x)).flatten(2)[0]
    query, key, value = rows[:4], rows[4:8], rows[8:]
    mixed = torch.zeros(4, 15)
    for head, temperature in ((0, 0.5), (1, 2.0)):
        mates = [2 * head, 2 * head + 1]
        for one in mates:
            likeness = torch.stack(
                [temperature * query[one] @ key[b] / (query[one].norm() * key[b].norm()) for b in mates]
            )
            mixed[one] = sum(weight * value[b] for weight, b in zip(likeness.softmax(0), mates, strict=True))
    torch.testing.assert_close(attention(x), attention.mix(mixed.view(1, 4, 3, 5)), rtol=1e-4, atol=1e-5)


def test_a_width_that_heads_do_not_divide_is_refused():
    with pytest.raises(BadInputError, match="width is a multiple of heads, but 8 and 3 came. Change one of them"):
        Transformer(width=8, heads=3)
