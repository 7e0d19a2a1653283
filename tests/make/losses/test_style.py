import numpy as np
import torch

from relume.make.losses.style import Style, gram

CLEAN = torch.rand(2, 3, 40, 40, generator=torch.Generator().manual_seed(0))


def test_the_gram_matrix_is_the_plain_sum_over_places():
    seen = torch.randn(1, 4, 5, 6, generator=torch.Generator().manual_seed(2))
    wanted = np.zeros((4, 4))
    for row in range(5):
        for column in range(6):
            wanted += np.outer(seen[0, :, row, column], seen[0, :, row, column])
    np.testing.assert_allclose(gram(seen)[0].numpy(), wanted / (4 * 5 * 6), rtol=1e-5, atol=1e-6)


def test_moving_the_grain_costs_nothing_and_changing_it_does(backbone):
    # Far from the rim every place is alike: the same texture, rolled, has the same Gram matrix but for the seam.
    rolled = CLEAN.roll((7, 11), dims=(2, 3))
    moved = Style(backbone=backbone)(rolled, CLEAN)
    blurred = Style(backbone=backbone)(torch.nn.functional.avg_pool2d(CLEAN, 3, 1, 1), CLEAN)
    assert moved < 0.1 * blurred


def test_what_the_backbone_sees_larger_counts_no_more(backbone):
    class Doubled(torch.nn.Module):
        def forward(self, picture):
            return 2 * backbone(picture)

    torch.testing.assert_close(Style(backbone=Doubled())(CLEAN**2, CLEAN), Style(backbone=backbone)(CLEAN**2, CLEAN))
