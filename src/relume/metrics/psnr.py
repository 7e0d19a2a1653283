"""Peak signal-to-noise ratio."""

import math
from dataclasses import dataclass
from typing import ClassVar

from relume.image import Pixels
from relume.metrics._pair import Channel, Exact, check_options, each, mean_of, pair

__all__ = ["Psnr"]


@dataclass(frozen=True, kw_only=True)
class Psnr:
    """10 log10(peak² / MSE) of one picture; infinite for equal ones. Average over pictures, never over squared errors.

    Attributes:
        peak: largest possible value; 1.0 for pictures inside this library.
        border: pixels cut from every side first (super-resolution papers cut `scale` pixels).
        channel: "rgb": all channels as they are; "y": luma from 16/255 to 235/255 (BT.601, as MATLAB's rgb2ycbcr and
            the super-resolution papers); "grey": the same luma from 0 to 1.

    >>> import numpy as np
    >>> round(Psnr()(np.full((8, 8, 3), 0.1, np.float32), np.zeros((8, 8, 3), np.float32)), 3)
    20.0
    """

    unit: ClassVar[str] = "dB"
    higher_is_better: ClassVar[bool] = True

    peak: float = 1.0
    border: int = 0
    channel: Channel = "rgb"

    def __post_init__(self) -> None:
        check_options("PSNR", border=self.border, channel=self.channel)

    def __call__(self, restored: Pixels, clean: Pixels) -> float:
        return self._score(*self._pair(restored, clean))

    def per_channel(self, restored: Pixels, clean: Pixels) -> tuple[float, ...]:
        """The metric of each channel by itself."""
        return each(self._score, *self._pair(restored, clean))

    def _pair(self, restored: Pixels, clean: Pixels) -> tuple[Exact, Exact]:
        return pair(restored, clean, metric="PSNR", border=self.border, channel=self.channel)

    def _score(self, restored: Exact, clean: Exact) -> float:
        error = mean_of((restored - clean) ** 2)
        return math.inf if error == 0 else 10 * math.log10(self.peak**2 / error)
