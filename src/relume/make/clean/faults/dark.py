"""Too little light."""

from dataclasses import dataclass

from relume.make.clean.faults._check import within
from relume.make.clean.faults._view import View
from relume.make.clean.finding import Finding

__all__ = ["Dark"]


@dataclass(frozen=True, kw_only=True)
class Dark:
    """A picture without bright places, or one that is nearly black on the whole. Nights with lights in them are spared.

    Attributes:
        highlights: brightness, as stored in [0, 1], that 99 % of the pixels stay below.
        mean: of the brightness.
    """

    highlights: float = 0.4
    mean: float = 0.1

    def __post_init__(self) -> None:
        within(self, high=1)

    def __call__(self, view: View) -> Finding | None:
        """The finding, or None."""
        light = view.light
        highlights = light.percentiles[-1]
        if highlights < self.highlights:
            reason = f"its brightest places reach {highlights:.0%} of white"
            return Finding(kind="dark", reason=reason, value=highlights, limit=self.highlights)
        if light.mean < self.mean:
            reason = f"its mean brightness is {light.mean:.0%} of white"
            return Finding(kind="dark", reason=reason, value=light.mean, limit=self.mean)
        return None
