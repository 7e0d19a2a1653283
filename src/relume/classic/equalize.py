"""Histogram equalisation."""

from dataclasses import dataclass
from typing import ClassVar

from relume.classic._colour import by_lightness
from relume.classic._curve import Curve
from relume.classic._options import is_number
from relume.errors import BadInputError
from relume.image import Pixels

__all__ = ["Equalize"]


@dataclass(frozen=True, kw_only=True)
class Equalize:
    """Contrast raised all over, most where most of the picture lies.

    One curve for the whole picture makes all levels as equally frequent as `limit` allows. RGB pictures change in
    lightness only: colours keep their hue. The curve is continuous: no 8-bit steps.

    Attributes:
        limit: largest slope of the curve; 1 changes nothing, infinity is the textbook's full equalisation, which makes
            harsh photographs.

    Reference: Gonzalez & Woods, "Digital Image Processing", section 3.3; limited as in Zuiderveld, Graphics Gems IV.

    >>> import math
    >>> import numpy as np
    >>> Equalize(limit=math.inf)(np.float32([[[0.2], [0.4]]]))[0, :, 0]
    array([0.25, 0.75], dtype=float32)
    """

    task: ClassVar[str] = "enhance"
    inputs: ClassVar[tuple[str, ...]] = ("image",)
    scale: ClassVar[int] = 1

    limit: float = 2.0

    def __post_init__(self) -> None:
        if not (is_number(self.limit) and self.limit >= 1):
            raise BadInputError(
                f"Equalize needs a limit of 1 or more, but got {self.limit!r}. 2 is gentle, 4 is strong, inf is full."
            )

    @property
    def halo(self) -> None:
        """The histogram needs the whole picture."""

    def __call__(self, pixels: Pixels) -> Pixels:
        return by_lightness(lambda plane: Curve.equalising(plane, limit=self.limit)(plane), pixels)
