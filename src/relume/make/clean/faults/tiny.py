"""Too few pixels to cut a patch from."""

from dataclasses import dataclass

from relume.make.clean.faults._check import within
from relume.make.clean.faults._view import View
from relume.make.clean.finding import Finding

__all__ = ["Tiny"]


@dataclass(frozen=True, kw_only=True)
class Tiny:
    """A picture whose shorter side is less than a training patch.

    Attributes:
        side: pixels that the shorter side should have.
    """

    side: float = 96

    def __post_init__(self) -> None:
        within(self, high=1e6)

    def __call__(self, view: View) -> Finding | None:
        """The finding, or None."""
        image = view.image
        shorter = min(image.height, image.width)
        if shorter >= self.side:
            return None
        reason = f"it has only {image.width} x {image.height} pixels"
        return Finding(kind="tiny", reason=reason, value=float(shorter), limit=self.side)
