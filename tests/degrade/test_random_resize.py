import torch
from tests.degrade._pictures import picture, smooth

from relume.degrade import Range
from relume.degrade.random_resize import RandomResize


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def test_the_factor_of_a_range_is_drawn_for_each_batch():
    sizes = [
        RandomResize(factor=Range(0.5, 1.5), back=False)(picture(40, 60), rng(seed)).shape[2:] for seed in range(60)
    ]
    heights = torch.tensor([float(height) for height, _ in sizes])
    assert heights.min() >= 20
    assert heights.max() <= 60
    assert heights.std() > 8
    assert all(abs(width / height - 1.5) < 0.06 for height, width in sizes)


def test_back_at_the_old_size_detail_is_lost_and_the_rest_stays():
    clean = picture(48, 48)
    there_and_back = RandomResize(factor=0.33)(clean, rng())
    assert there_and_back.shape == clean.shape
    assert there_and_back.diff(dim=3).std() < 0.8 * clean.diff(dim=3).std()
    calm = smooth(48, 48)
    torch.testing.assert_close(RandomResize(factor=0.5)(calm, rng()), calm, rtol=0, atol=0.02)
