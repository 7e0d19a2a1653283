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
        detail: where nothing is sharp enough to be called an edge: finest detail over the finest the pixels could hold.
    """

    radius: float = 0.7
    detail: float = 0.45

    def __post_init__(self) -> None:
        within(self, high=100)

    def __call__(self, view: View) -> Finding | None:
        """The finding, or None."""
        radius = view.sharpness.blur_radius_quarter
        if radius is not None:
            if radius < self.radius:
                return None
            reason = f"even its sharpest edges are blurred by {radius:.1f} pixels"
            return Finding(kind="blurred", reason=reason, value=radius, limit=self.radius)
        detail = view.resolution.detail
        if detail is None or detail > self.detail:
            return None
        reason = f"no edge is sharp; one {1 / max(detail, 0.01):.1f} times smaller each way would show as much"
        return Finding(kind="blurred", reason=reason, value=detail, limit=self.detail)
