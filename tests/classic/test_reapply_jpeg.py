import io

import numpy as np
import pytest
from PIL import Image as Pillow
from scipy.fft import dctn, idctn

from relume.assess._grid import table
from relume.classic.reapply_jpeg import ReapplyJpeg
from relume.errors import BadInputError


def scene(height=64, width=72):
    """Soft hills with a hard edge: what JPEG damages."""
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    grey = 0.5 + 0.2 * np.sin(rows / 9) * np.cos(columns / 7) + 0.25 * (rows + 0.6 * columns > 60)
    return np.stack([grey, 0.8 * grey + 0.1, 0.9 - 0.7 * grey], axis=2).clip(0, 1).astype(np.float32)


def compressed(pixels, quality):
    stream = io.BytesIO()
    Pillow.fromarray(np.rint(pixels * 255).astype(np.uint8)).save(stream, "JPEG", quality=quality, subsampling=0)
    return np.asarray(Pillow.open(stream), np.float32) / 255


def psnr(one, other):
    return -10 * np.log10(np.square(one.astype(np.float64) - other).mean())


def test_it_is_the_mean_of_all_64_shifted_roundings():
    plane = scene(24, 27)[..., 0] + 0.05 * np.random.default_rng(0).standard_normal((24, 27)).astype(np.float32)
    padded = np.pad(plane, 8, mode="reflect")
    steps = table(20) / 255
    total, count = np.zeros(padded.shape), np.zeros(padded.shape)
    for top in range(padded.shape[0] - 7):
        for left in range(padded.shape[1] - 7):
            window = np.s_[top : top + 8, left : left + 8]
            values = dctn(padded[window].astype(np.float64), norm="ortho")
            rounded = np.rint(values / steps) * steps
            rounded[0, 0] = values[0, 0]
            total[window] += idctn(rounded, norm="ortho")
            count[window] += 1
    expected = (total / count)[8:-8, 8:-8]
    restored = ReapplyJpeg()(plane[..., None], quality=0.2)[..., 0]
    # A value right between two steps may fall to either side.
    assert np.median(np.abs(restored - expected)) < 1e-6
    assert np.abs(restored - expected).max() < 0.01


@pytest.mark.parametrize("quality", [10, 30, 60])
def test_a_jpeg_comes_nearer_to_what_was_compressed(quality):
    clean = scene()
    damaged = compressed(clean, quality)
    assert psnr(ReapplyJpeg()(damaged, quality=quality / 100), clean) > psnr(damaged, clean) + 0.5


def test_the_field_counts_where_the_quality_is_not_told():
    damaged = compressed(scene(), 15)
    told = ReapplyJpeg()(damaged, quality=0.15)
    assert np.array_equal(ReapplyJpeg(quality=15)(damaged), told)
    assert np.array_equal(ReapplyJpeg(quality=15)(damaged, quality=0.0), told)
    assert not np.array_equal(ReapplyJpeg(quality=50)(damaged), told)


def test_a_quality_that_cannot_be_is_refused():
    with pytest.raises(BadInputError, match=r"ReapplyJpeg needs quality to be a whole number from 1 to 100, but got 0"):
        ReapplyJpeg(quality=0)
    with pytest.raises(BadInputError, match=r"ReapplyJpeg needs quality from 0 to 1, but got 30"):
        ReapplyJpeg()(scene(), quality=30)
