"""Too much light."""

from dataclasses import dataclass

from relume.make.clean.faults._check import within
from relume.make.clean.faults._view import View
from relume.make.clean.finding import Finding

__all__ = ["BlownOut"]


@dataclass(frozen=True, kw_only=True)
class BlownOut:
    """A picture much of which is at the limit of what the file can hold, so that nothing is left to be seen there.

    A thing before a pure white background counts as well: that much of it is nothing to learn from.

    Attributes:
        clipped: share of the pixels of which at least one channel is at its limit.
    """

    clipped: float = 0.4

    def __post_init__(self) -> None:
        within(self, high=1)

    def __call__(self, view: View) -> Finding | None:
        """The finding, or None."""
        clipped = view.light.clipped_bright
        if clipped <= self.clipped:
            return None
        reason = f"{clipped:.0%} of it is blown out"
        return Finding(kind="blown_out", reason=reason, value=clipped, limit=self.clipped)
