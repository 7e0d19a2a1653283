import math

import numpy as np
import pytest
from scipy import stats

from relume.classic.equalize import Equalize
from relume.errors import BadInputError


def test_full_equalisation_is_the_rank_of_each_value():
    values = np.random.default_rng(0).beta(2, 7, (60, 50))
    pixels = (np.rint(values * 65535) / 65535).astype(np.float32)[..., None]
    ranks = (stats.rankdata(np.rint(pixels * 65535)) - 0.5) / pixels.size
    np.testing.assert_allclose(Equalize(limit=math.inf)(pixels).ravel(), ranks, atol=1e-4)


def test_limit_lies_between_the_picture_and_full_equalisation(photo):
    pixels = photo() * 0.3
    contrasts = [np.std(Equalize(limit=limit)(pixels)) for limit in (1.0, 1.5, 3.0, math.inf)]
    assert contrasts == sorted(contrasts)
    assert contrasts[0] == pytest.approx(np.std(pixels), rel=1e-4)


@pytest.mark.parametrize("limit", [0.9, math.nan])
def test_a_limit_below_1_is_refused(limit):
    with pytest.raises(BadInputError, match=r"Equalize needs a limit of 1 or more, but got .* 2 is gentle"):
        Equalize(limit=limit)
