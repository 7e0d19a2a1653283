"""Camera raw: there is no free picture small enough to ship, so a synthetic DNG is developed."""

import io

import numpy as np
import pytest
import tifffile

from relume import files
from relume.errors import CannotKeepError, UnreadableFileError

pytest.importorskip("rawpy")


def dng(level: int) -> bytes:
    """A grey sensor of 16 bits behind a Bayer pattern, as small a DNG as LibRaw takes."""
    out = io.BytesIO()
    matrix = tuple(v for i in range(9) for v in (int(i % 4 == 0), 1))
    tags = [
        (271, 2, 0, "Camera works", True),
        (272, 2, 0, "One", True),
        (33421, 3, 2, (2, 2), True),
        (33422, 1, 4, bytes([0, 1, 1, 2]), True),
        (50706, 1, 4, bytes([1, 4, 0, 0]), True),
        (50708, 2, 0, "Camera works One", True),
        (50717, 4, 1, 65535, True),
        (50721, 10, 9, matrix, True),
        (50728, 5, 3, (1, 1, 1, 1, 1, 1), True),
        (50778, 3, 1, 21, True),
    ]
    sensor = np.full((64, 96), level, np.uint16)
    tifffile.imwrite(out, sensor, photometric=32803, extratags=tags, software=False, metadata=None)
    return out.getvalue()


def test_a_dng_is_known_by_its_tags_and_developed_to_srgb() -> None:
    image = files.open(dng(13107))  # a fifth of full scale
    assert (image.kept.format, image.kept.depth, image.channels) == ("raw", "uint16", 3)
    grey = float(image.pixels[16:-16, 16:-16, 1].mean())
    assert grey == pytest.approx(1.055 * 0.2 ** (1 / 2.4) - 0.055, abs=0.03)


def test_a_broken_one_is_refused_and_none_is_written() -> None:
    with pytest.raises(UnreadableFileError, match="camera raw file cannot be developed .* Get it again, or convert it"):
        files.open(b"FUJIFILMCCD-RAW " + bytes(400))
    with pytest.raises(CannotKeepError, match=".dng files are read, but not written. Write TIFF instead"):
        files.format_for("x.dng")
