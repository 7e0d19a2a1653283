import numpy as np
import pytest
import torch

from relume.errors import BadInputError, ShapeMismatchError
from relume.make.data.mixing import cutblur, mixup


def flat(*values, size=(40, 30)):
    return torch.stack([torch.full((3, *size), float(value)) for value in values])


def test_mixup_fades_each_pair_into_another_alike_on_both_sides():
    clean = torch.tensor([0.0, 1.0, 10.0, 100.0]).view(4, 1, 1, 1).expand(4, 3, 8, 8)
    seen = []
    for seed in range(300):
        mixed, degraded = mixup(clean, 2 * clean[..., ::2, ::2], rng=np.random.default_rng(seed))
        assert torch.equal(degraded, 2 * mixed[..., ::2, ::2])
        seen.append(mixed[:, 0, 0, 0])
    seen = torch.stack(seen)
    assert seen.min() >= 0
    assert seen.max() <= 100.001
    # m x + (1 - m) x' with m of mean 1/2 and x' any of the four: half of its own, half of the mean of all.
    np.testing.assert_allclose(seen.mean(0), clean[:, 0, 0, 0] / 2 + 27.75 / 2, atol=4)


def test_mixup_keeps_what_the_generator_says():
    clean = torch.rand(4, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    one, same, other = (mixup(clean, clean, rng=np.random.default_rng(seed))[0] for seed in (0, 0, 1))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_cutblur_exchanges_one_rectangle_and_either_side_may_be_inside():
    clean, degraded = flat(*[1] * 200), flat(*[0] * 200)
    mixed = cutblur(clean, degraded, rng=np.random.default_rng(0))[:, 0].bool().numpy()
    inside_clean = 0
    for picture in mixed:
        clean_corners = picture[[0, 0, -1, -1], [0, -1, 0, -1]].sum() > 2
        rectangle = ~picture if clean_corners else picture
        rows, columns = rectangle.any(1), rectangle.any(0)
        np.testing.assert_array_equal(rectangle, np.outer(rows, columns))
        assert rows.sum() == pytest.approx(0.7 * 40, abs=3)
        assert columns.sum() == pytest.approx(0.7 * 30, abs=3)
        inside_clean += not clean_corners
    assert 70 <= inside_clean <= 130


def test_what_cannot_be_mixed_is_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ShapeMismatchError, match="both sides have one shape, but clean is .* Bring the degraded side"):
        cutblur(flat(1), flat(1, size=(20, 15)), rng=rng)
    with pytest.raises(BadInputError, match="alpha of cutblur is above 0 and at most 1, but came as 1.5"):
        cutblur(flat(1), flat(1), rng=rng, alpha=1.5)
    with pytest.raises(BadInputError, match="alpha of mixup is above 0, but came as 0"):
        mixup(flat(1), flat(1), rng=rng, alpha=0)
