import cv2
import numpy as np
import pytest

from relume.image import Image
from relume.make.clean.faults._view import View
from relume.make.clean.faults.blurred import Blurred


def edges(sigma):
    """Bars of all widths, softened by a Gaussian."""
    rng = np.random.default_rng(0)
    row = np.repeat(rng.choice([0.2, 0.8], 40), rng.integers(6, 20, 40))[:400]
    plane = np.tile(row.astype(np.float32), (256, 1))
    plane[64:192] = plane[64:192, ::-1]
    return cv2.GaussianBlur(plane, (0, 0), sigma)[..., None] if sigma else plane[..., None]


def found(pixels):
    return Blurred()(View(Image(pixels=np.ascontiguousarray(pixels))))


@pytest.mark.parametrize("sigma", [1.5, 2.5])
def test_the_value_is_the_sigma_of_the_blur(sigma):
    finding = found(edges(sigma))
    assert finding is not None
    assert finding.value == pytest.approx(sigma, rel=0.25)
    assert "even its sharpest edges are blurred by" in finding.reason


def test_a_sharp_thing_before_a_blurred_background_is_spared():
    pixels = edges(3)
    pixels[:, :200] = edges(0)[:, :200]
    assert found(edges(0)) is None
    assert found(pixels) is None


def test_a_picture_without_any_edge_is_found_by_its_detail():
    smooth = cv2.GaussianBlur(np.random.default_rng(1).random((256, 256), np.float32), (0, 0), 6)
    smooth = (smooth - smooth.min()) / (smooth.max() - smooth.min())
    finding = found(cv2.GaussianBlur(smooth, (0, 0), 12)[..., None])
    assert finding is not None
    assert "times smaller each way would show as much" in finding.reason
