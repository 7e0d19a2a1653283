"""A stretch of a run: how large its batches and crops are."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Phase:
    """From `start` (a share of all steps) on, batches of `batch` crops of `crop` pixels a side.

    Attributes:
        batch: crops of one step; several devices share them.
        crop: pixels a side of the clean crop; a net that enlarges is fed `crop / scale`.
    """

    start: float
    batch: int
    crop: int
