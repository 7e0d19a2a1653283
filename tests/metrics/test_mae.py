import numpy as np
import pytest

from relume.metrics.mae import Mae


def test_equals_plain_loops(pair):
    restored, clean = pair(6, 7)
    differences = [abs(float(a) - float(b)) for a, b in zip(restored.ravel(), clean.ravel(), strict=True)]
    assert Mae()(restored, clean) == pytest.approx(sum(differences) / len(differences), abs=1e-12)


def test_is_in_units_of_the_pixels_and_at_most_the_root_mean_square(pair):
    restored, clean = pair()
    assert Mae()(restored, clean) <= np.sqrt(np.mean((restored - clean) ** 2))
    assert Mae()(clean + np.float32(0.25), clean) == pytest.approx(0.25, abs=1e-6)
