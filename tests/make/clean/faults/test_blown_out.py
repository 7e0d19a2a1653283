import pytest

from relume.image import Image
from relume.make._pictures import dead_leaves
from relume.make.clean.faults._view import View
from relume.make.clean.faults.blown_out import BlownOut

CLEAN = dead_leaves(96, 128, seed=1) * 0.9


@pytest.mark.parametrize(("share", "bad"), [(0.25, False), (0.5, True)])
def test_the_value_is_the_share_that_was_clipped(share, bad):
    pixels = CLEAN.copy()
    pixels[: round(share * 96), :, 0] = 1  # one channel is enough
    finding = BlownOut()(View(Image(pixels=pixels)))
    assert (finding is not None) == bad
    if finding is not None:
        assert finding.value == pytest.approx(share)
        assert finding.reason == "50% of it is blown out"
