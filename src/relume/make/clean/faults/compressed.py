"""JPEG damage that a model would learn to keep."""

from dataclasses import dataclass

from relume.make.clean.faults._check import within
from relume.make.clean.faults._view import View
from relume.make.clean.finding import Finding

__all__ = ["Compressed"]


@dataclass(frozen=True, kw_only=True)
class Compressed:
    """A picture that is, or once was, a JPEG of low quality; a PNG made of such a JPEG is found by its pixels.

    Attributes:
        quality: of the JPEG, 1 to 100, that is good enough.
    """

    quality: float = 60

    def __post_init__(self) -> None:
        within(self, high=100)

    def __call__(self, view: View) -> Finding | None:
        """The finding, or None."""
        known = [quality for quality in (view.jpeg.quality_file, view.jpeg.quality_pixels) if quality is not None]
        if not known or min(known) >= self.quality:
            return None
        reason = view.jpeg.summary
        return Finding(kind="compressed", reason=reason, value=float(min(known)), limit=self.quality)
