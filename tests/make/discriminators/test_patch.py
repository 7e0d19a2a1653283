import pytest
import torch

from relume.make.discriminators.patch import Patch


@pytest.mark.parametrize(("depth", "side"), [(1, 16), (2, 34), (3, 70)])
def test_a_score_sees_a_patch_of_the_papers_size(depth, side):
    net = Patch(width=4, depth=depth).eval()
    assert side == 2 ** (depth + 3) + 2**depth - 2
    picture = torch.rand(1, 3, 160, 160, requires_grad=True)
    scores = net(picture)
    middle = scores.shape[2] // 2
    scores[0, 0, middle, middle].backward()
    rows = picture.grad.abs().sum((0, 1, 3)).nonzero().flatten()
    assert int(rows[-1] - rows[0]) + 1 == side


def test_has_the_size_it_tells_of():
    with torch.device("cpu"):
        assert sum(p.numel() for p in Patch().parameters()) == pytest.approx(2.8e6, rel=0.03)
