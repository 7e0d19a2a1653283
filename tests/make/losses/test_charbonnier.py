import numpy as np
import pytest
import torch

from relume.errors import BadInputError
from relume.make.losses.charbonnier import Charbonnier


def test_is_the_formula_less_its_constant():
    rng = np.random.default_rng(0)
    restored, clean = rng.normal(size=(2, 2, 3, 5, 7)).astype(np.float32)
    wanted = np.sqrt((restored - clean) ** 2 + 0.01**2).mean() - 0.01
    loss = Charbonnier(epsilon=0.01)(torch.from_numpy(restored), torch.from_numpy(clean))
    assert float(loss) == pytest.approx(wanted, rel=1e-5)


def test_is_l1_far_above_epsilon_and_a_parabola_far_below():
    clean = torch.zeros(1, 1, 4, 4, dtype=torch.float64)
    assert float(Charbonnier(epsilon=1e-6)(clean + 0.3, clean)) == pytest.approx(0.3, rel=1e-5)
    assert float(Charbonnier(epsilon=0.1)(clean + 1e-3, clean)) == pytest.approx(1e-3**2 / 0.2, rel=1e-3)


def test_an_epsilon_of_nothing_is_refused():
    with pytest.raises(BadInputError, match="epsilon is above 0, but came as 0. Leave it out"):
        Charbonnier(epsilon=0.0)
