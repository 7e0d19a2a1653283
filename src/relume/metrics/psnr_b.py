"""Peak signal-to-noise ratio that counts blocking."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float64

from relume.image import Pixels
from relume.metrics._pair import Channel, Exact, check_options, each, mean_of, pair

__all__ = ["PsnrB"]

BLOCK = 8


@dataclass(frozen=True, kw_only=True)
class PsnrB:
    """10 log10(peak² / (MSE + BEF)): BEF is how much steeper the restored picture is across the borders of 8×8 blocks.

    BEF = eta (D_b - D_c) where D_b > D_c, else 0: D_b and D_c are the mean squared differences of neighbours across
    block borders and elsewhere; eta = log2(8) / log2(shorter side). The picture's corner is a block's corner, so the
    border should be a multiple of 8. MSE and BEF are means over channels.

    Attributes:
        peak: largest possible value; 1.0 for pictures inside this library.
        border: pixels cut from every side first.
        channel: "rgb": all channels as they are; "y" and "grey": luma, see `Psnr`.

    Reference: Yim & Bovik, "Quality Assessment of Deblocked Images", IEEE TIP 2011.

    >>> round(PsnrB()(np.full((16, 16, 1), 0.1, np.float32), np.zeros((16, 16, 1), np.float32)), 3)
    20.0
    """

    unit: ClassVar[str] = "dB"
    higher_is_better: ClassVar[bool] = True

    peak: float = 1.0
    border: int = 0
    channel: Channel = "rgb"

    def __post_init__(self) -> None:
        check_options("PSNR-B", border=self.border, channel=self.channel)

    def __call__(self, restored: Pixels, clean: Pixels) -> float:
        return self._score(*self._pair(restored, clean))

    def per_channel(self, restored: Pixels, clean: Pixels) -> tuple[float, ...]:
        """The metric of each channel by itself."""
        return each(self._score, *self._pair(restored, clean))

    def _pair(self, restored: Pixels, clean: Pixels) -> tuple[Exact, Exact]:
        return pair(restored, clean, metric="PSNR-B", border=self.border, channel=self.channel, least=2 * BLOCK)

    def _score(self, restored: Exact, clean: Exact) -> float:
        planes = (restored[..., place] for place in range(restored.shape[2]))
        error = mean_of((restored - clean) ** 2) + mean_of(np.array([blocking(plane) for plane in planes]))
        return math.inf if error == 0 else 10 * math.log10(self.peak**2 / error)


def blocking(plane: Float64[np.ndarray, "h w"]) -> float:
    """The blocking effect factor: 0 for a picture that is no steeper across block borders than elsewhere."""
    across, elsewhere = [], []
    for steps in (np.diff(plane, axis=0), np.diff(plane, axis=1).T):
        at_border = np.arange(len(steps)) % BLOCK == BLOCK - 1
        across.append(np.square(steps[at_border]).ravel())
        elsewhere.append(np.square(steps[~at_border]).ravel())
    excess = float(np.concatenate(across).mean() - np.concatenate(elsewhere).mean())
    return max(excess, 0.0) * math.log2(BLOCK) / math.log2(min(plane.shape))
