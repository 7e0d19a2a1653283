"""Structural similarity."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from relume.image import Pixels
from relume.metrics._pair import Channel, Exact, check_options, each, mean_of, pair
from relume.metrics._similarity import WINDOW, similarity

__all__ = ["Ssim"]


@dataclass(frozen=True, kw_only=True)
class Ssim:
    """Likeness of local mean, contrast and structure, 1 for equal pictures; the mean over pixels and channels.

    An 11 by 11 Gaussian window of sigma 1.5, K1 0.01 and K2 0.03; only windows that lie inside the picture count.

    Attributes:
        peak: largest possible value; 1.0 for pictures inside this library.
        border: pixels cut from every side first (super-resolution papers cut `scale` pixels).
        channel: "rgb": all channels as they are; "y" and "grey": luma, see `Psnr`.

    Reference: Wang, Bovik, Sheikh & Simoncelli, "Image Quality Assessment: From Error Visibility to Structural
    Similarity", IEEE TIP 2004.

    >>> round(Ssim()(np.zeros((16, 16, 3), np.float32), np.zeros((16, 16, 3), np.float32)), 6)
    1.0
    """

    unit: ClassVar[str] = ""
    higher_is_better: ClassVar[bool] = True

    peak: float = 1.0
    border: int = 0
    channel: Channel = "rgb"

    def __post_init__(self) -> None:
        check_options("SSIM", border=self.border, channel=self.channel)

    def __call__(self, restored: Pixels, clean: Pixels) -> float:
        return mean_of(np.array(self.per_channel(restored, clean)))

    def per_channel(self, restored: Pixels, clean: Pixels) -> tuple[float, ...]:
        """The metric of each channel by itself."""
        both = pair(restored, clean, metric="SSIM", border=self.border, channel=self.channel, least=WINDOW)
        return each(self._score, *both)

    def _score(self, restored: Exact, clean: Exact) -> float:
        return mean_of(similarity(restored[..., 0], clean[..., 0], peak=self.peak)[0])
