import numpy as np
import pytest
import torch

from relume.make.losses.l2 import L2


def test_is_numpys_mean_squared_difference():
    rng = np.random.default_rng(0)
    restored, clean = (rng.normal(size=(2, 3, 5, 7)).astype(np.float32) for _ in range(2))
    loss = L2()(torch.from_numpy(restored), torch.from_numpy(clean))
    assert float(loss) == pytest.approx(((restored - clean) ** 2).mean(), rel=1e-6)
