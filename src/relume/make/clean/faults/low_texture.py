"""Nothing to learn from."""

from dataclasses import dataclass

from relume.make.clean.faults._check import within
from relume.make.clean.faults._view import View
from relume.make.clean.finding import Finding

__all__ = ["LowTexture"]


@dataclass(frozen=True, kw_only=True)
class LowTexture:
    """A picture that is nearly everywhere flat: sky, a wall, an empty page.

    Attributes:
        contrast: standard deviation of brightness, in units of [0, 1], above which a block of 16 x 16 pixels is
            not flat; noise does not count.
        busy: share of the blocks that should not be flat.
    """

    contrast: float = 4 / 255
    busy: float = 0.05

    def __post_init__(self) -> None:
        within(self, high=1)

    def __call__(self, view: View) -> Finding | None:
        """The finding, or None."""
        texture = view.texture
        busy = float((texture > self.contrast).mean()) if len(texture) else 0.0
        if busy >= self.busy:
            return None
        reason = f"only {busy:.1%} of it is not flat"
        return Finding(kind="low_texture", reason=reason, value=busy, limit=self.busy)
