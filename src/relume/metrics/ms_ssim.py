"""Multi-scale structural similarity."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from relume.image import Pixels
from relume.metrics._pair import Channel, Exact, check_options, each, mean_of, pair
from relume.metrics._similarity import WINDOW, Map, similarity

__all__ = ["MsSsim"]

# Of the five scales, finest first, from the paper's experiment.
EXPONENTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


@dataclass(frozen=True, kw_only=True)
class MsSsim:
    """Contrast and structure compared at five scales, luminance at the coarsest; 1 for equal pictures.

    Each scale is the mean of two by two pixels of the one before; a negative likeness counts as 0. The mean over
    channels. Needs at least 176 by 176 pixels.

    Attributes:
        peak: largest possible value; 1.0 for pictures inside this library.
        border: pixels cut from every side first.
        channel: "rgb": all channels as they are; "y" and "grey": luma, see `Psnr`.

    Reference: Wang, Simoncelli & Bovik, "Multi-scale Structural Similarity for Image Quality Assessment",
    Asilomar 2003.

    >>> round(MsSsim()(np.zeros((176, 176, 1), np.float32), np.zeros((176, 176, 1), np.float32)), 6)
    1.0
    """

    unit: ClassVar[str] = ""
    higher_is_better: ClassVar[bool] = True

    peak: float = 1.0
    border: int = 0
    channel: Channel = "rgb"

    def __post_init__(self) -> None:
        check_options("MS-SSIM", border=self.border, channel=self.channel)

    def __call__(self, restored: Pixels, clean: Pixels) -> float:
        return mean_of(np.array(self.per_channel(restored, clean)))

    def per_channel(self, restored: Pixels, clean: Pixels) -> tuple[float, ...]:
        """The metric of each channel by itself."""
        least = WINDOW * 2 ** (len(EXPONENTS) - 1)
        both = pair(restored, clean, metric="MS-SSIM", border=self.border, channel=self.channel, least=least)
        return each(self._score, *both)

    def _score(self, restored: Exact, clean: Exact) -> float:
        first, second = restored[..., 0], clean[..., 0]
        product = 1.0
        for exponent in EXPONENTS[:-1]:
            product *= max(mean_of(similarity(first, second, peak=self.peak)[1]), 0.0) ** exponent
            first, second = halved(first), halved(second)
        return product * max(mean_of(similarity(first, second, peak=self.peak)[0]), 0.0) ** EXPONENTS[-1]


def halved(values: Map) -> Map:
    """The means of two by two pixels; an odd last row or column is left out.

    >>> halved(np.array([[1.0, 3.0, 9.0], [5.0, 7.0, 9.0]]))
    array([[4.]])
    """
    height, width = (side // 2 * 2 for side in values.shape)
    return values[:height, :width].reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))
