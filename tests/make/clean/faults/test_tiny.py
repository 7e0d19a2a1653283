import numpy as np

from relume.image import Image
from relume.make.clean.faults._view import View
from relume.make.clean.faults.tiny import Tiny


def found(height, width, **limits):
    return Tiny(**limits)(View(Image(pixels=np.zeros((height, width, 1), np.float32))))


def test_the_shorter_side_counts():
    assert found(96, 500) is None
    finding = found(500, 95)
    assert finding is not None
    assert (finding.reason, finding.value, finding.limit) == ("it has only 95 x 500 pixels", 95, 96)
    assert found(500, 95, side=64) is None
