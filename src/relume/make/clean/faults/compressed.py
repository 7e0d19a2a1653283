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
        blockiness: jump across block edges over the jump elsewhere, without which pixels alone prove nothing.
    """

    quality: float = 60
    blockiness: float = 1.1

    def __post_init__(self) -> None:
        within(self, high=100)

    def __call__(self, view: View) -> Finding | None:
        """The finding, or None."""
        jpeg = view.jpeg
        blocky = jpeg.blockiness is not None and jpeg.blockiness > self.blockiness
        known = [jpeg.quality_file, jpeg.quality_pixels if blocky else None]
        worst = min((quality for quality in known if quality is not None), default=100)
        if worst >= self.quality:
            return None
        return Finding(kind="compressed", reason=jpeg.summary, value=float(worst), limit=self.quality)
