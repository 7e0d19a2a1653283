import io

import numpy as np
import PIL.Image
import pytest

import relume
from relume.image import Image
from relume.make._pictures import dead_leaves
from relume.make.clean.faults._view import View
from relume.make.clean.faults.compressed import Compressed

CLEAN = dead_leaves(128, 160, seed=2)


def jpeg(quality):
    data = io.BytesIO()
    PIL.Image.fromarray((CLEAN * 255 + 0.5).astype(np.uint8)).save(data, "JPEG", quality=quality)
    return relume.open(data.getvalue())


@pytest.mark.parametrize(("quality", "bad"), [(20, True), (50, True), (75, False), (95, False)])
def test_the_value_is_the_quality_of_the_file(quality, bad):
    finding = Compressed()(View(jpeg(quality)))
    assert (finding is not None) == bad
    if finding is not None:
        assert finding.value == pytest.approx(quality, abs=2)
        assert finding.reason.startswith("JPEG of quality")


def test_pixels_that_once_were_a_jpeg_are_found_without_the_file():
    finding = Compressed()(View(Image(pixels=jpeg(20).pixels)))
    assert finding is not None
    assert finding.reason.startswith("was a JPEG of about quality")


def test_steps_in_the_pixels_without_blocks_prove_nothing():
    view = View(Image(pixels=jpeg(20).pixels))
    assert view.jpeg.blockiness is not None
    assert Compressed(blockiness=view.jpeg.blockiness + 0.01)(view) is None
