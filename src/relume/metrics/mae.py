"""Mean absolute error."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from relume.image import Pixels
from relume.metrics._pair import Channel, Exact, check_options, each, mean_of, pair

__all__ = ["Mae"]


@dataclass(frozen=True, kw_only=True)
class Mae:
    """mean |restored - clean|, in units of [0, 1].

    Attributes:
        border: pixels cut from every side first.
        channel: "rgb": all channels as they are; "y" and "grey": luma, see `Psnr`.

    >>> Mae()(np.full((8, 8, 3), 0.5, np.float32), np.zeros((8, 8, 3), np.float32))
    0.5
    """

    unit: ClassVar[str] = ""
    higher_is_better: ClassVar[bool] = False

    border: int = 0
    channel: Channel = "rgb"

    def __post_init__(self) -> None:
        check_options("MAE", border=self.border, channel=self.channel)

    def __call__(self, restored: Pixels, clean: Pixels) -> float:
        return self._score(*self._pair(restored, clean))

    def per_channel(self, restored: Pixels, clean: Pixels) -> tuple[float, ...]:
        """The metric of each channel by itself."""
        return each(self._score, *self._pair(restored, clean))

    def _pair(self, restored: Pixels, clean: Pixels) -> tuple[Exact, Exact]:
        return pair(restored, clean, metric="MAE", border=self.border, channel=self.channel)

    def _score(self, restored: Exact, clean: Exact) -> float:
        return mean_of(np.abs(restored - clean))
