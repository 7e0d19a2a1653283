"""Out of focus, shaken, or enlarged."""

from dataclasses import dataclass

from relume.make.clean.faults._check import within
from relume.make.clean.faults._view import View
from relume.make.clean.finding import Finding

__all__ = ["Blurred"]


@dataclass(frozen=True, kw_only=True)
class Blurred:
    """A picture of which not even the sharpest quarter of the edges is sharp, so a blurred background alone is spared.

    Blur along one direction only leaves the edges along it sharp, and may not be found.

    Attributes:
        radius: standard deviation, in pixels, of the Gaussian that the sharpest quarter of the edges shows.
        detail: finest detail over the finest that the pixels could hold, 0 to 1, that a blurred picture stays below.
        sure: radius beyond which the detail is not asked for: noise and the blocks of JPEG count as detail.
    """

    radius: float = 0.75
    detail: float = 0.7
    sure: float = 1.2

    def __post_init__(self) -> None:
        within(self, high=100)

    def __call__(self, view: View) -> Finding | None:
        """The finding, or None."""
        radius, detail = view.sharpness.blur_radius_quarter, view.resolution.detail
        if radius is not None and radius > self.sure:
            return self._finding(radius, self.sure)
        if detail is None or detail > self.detail:
            return None
        if radius is not None:
            return self._finding(radius, self.radius) if radius > self.radius else None
        reason = f"no edge is sharp; one {1 / max(detail, 0.01):.1f} times smaller each way would show as much"
        return Finding(kind="blurred", reason=reason, value=detail, limit=self.detail)

    def _finding(self, radius: float, limit: float) -> Finding:
        reason = f"even its sharpest edges are blurred by {radius:.1f} pixels"
        return Finding(kind="blurred", reason=reason, value=radius, limit=limit)
