"""Metrics, one file each: (restored, clean) → a number.

Every entry is a frozen dataclass with `unit` and `higher_is_better`, called as `metric(restored, clean)` on float32
pictures in [0, 1]; `metric.per_channel(restored, clean)` gives a number for each channel. Nothing is clipped here.
"""

from collections.abc import Iterable

from relume.catalog import Catalog
from relume.image import Pixels
from relume.metrics._pair import Channel

METRICS = Catalog("metric", __name__)


def measure(
    restored: Pixels,
    clean: Pixels,
    names: Iterable[str] = ("psnr", "ssim"),
    *,
    border: int = 0,
    channel: Channel = "rgb",
) -> dict[str, float]:
    """The metrics of those names, in their order.

    `border` (pixels cut from every side first) and `channel` mean the same for all: see `relume.metrics.psnr.Psnr`.

    >>> import numpy as np
    >>> measure(np.ones((8, 8, 3), np.float32), np.zeros((8, 8, 3), np.float32), names=["psnr", "mae"])
    {'psnr': 0.0, 'mae': 1.0}
    """
    return {name: METRICS[name](border=border, channel=channel)(restored, clean) for name in names}
