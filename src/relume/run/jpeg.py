"""What JPEG damage asks of the chain: the quality to tell the model, known, found or not known."""

from dataclasses import dataclass

import numpy as np

from relume.assess.jpeg import JpegFindings
from relume.image import Pixels
from relume.run.noise import Map

# Above, the file's tables take away less than rounding to 8 bits does.
HARMLESS = 95


@dataclass(frozen=True, kw_only=True)
class Jpeg:
    """One compression, the same everywhere.

    Attributes:
        quality: 1 to 100; None: not known, which the model is told as well.
    """

    quality: int | None
    halo: int = 0

    def before(self, pixels: Pixels) -> tuple[Pixels, Map]:
        return pixels, np.full((*pixels.shape[:2], 1), (self.quality or 0) / 100, np.float32)

    def after(self, restored: Pixels) -> Pixels:
        return restored


def treatment(found: JpegFindings | None, *, told: int | None) -> Jpeg | None:
    """What to tell the model; None when there is nothing to repair.

    A quality that was found counts only where the picture was compressed once, on a grid that begins at its corner:
    what was saved twice, or cropped since, is not described by one number.
    """
    if told is not None:
        return Jpeg(quality=told)
    if found is None:
        return Jpeg(quality=None)
    if found.quality_pixels is None:
        file = found.quality_file
        return None if file is None or file >= HARMLESS else Jpeg(quality=file)
    twice = found.quality_file is not None and found.quality_pixels < found.quality_file - 10
    if twice or found.grid != (0, 0):
        return Jpeg(quality=None)
    return Jpeg(quality=found.quality_file or found.quality_pixels)
