"""Structural dissimilarity at several scales."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from relume.errors import BadInputError
from relume.make.losses._check import at_least
from relume.make.losses._similarity import WINDOW, similarity

__all__ = ["MsSsim"]

# A power of zero has no slope; so small a likeness changes no digit of the product.
LEAST = 1e-6


@dataclass(frozen=True, kw_only=True)
class MsSsim:
    """1 - MS-SSIM, in [0, 1]: contrast and structure at each scale, luminance at the coarsest.

    Each scale is the mean of two by two pixels of the one before. A crop is at least 11 * 2^(scales - 1) pixels a
    side: 176 for the paper's five scales, 44 for three. The value of a picture is the mean over its channels.

    Attributes:
        exponents: of the scales, finest first; their number is the number of scales. Those of a shorter list are
            best chosen to sum to one, say (0.3, 0.4, 0.3).

    Reference: Wang, Simoncelli & Bovik, "Multi-scale Structural Similarity for Image Quality Assessment",
    Asilomar 2003.
    """

    exponents: tuple[float, ...] = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)

    def __post_init__(self) -> None:
        if not self.exponents or not all(exponent > 0 and math.isfinite(exponent) for exponent in self.exponents):
            raise BadInputError(f"exponents are numbers above 0, one for each scale, but came as {self.exponents}.")

    def __call__(self, restored: Float[Tensor, "b c h w"], clean: Float[Tensor, "b c h w"]) -> Float[Tensor, ""]:
        side = WINDOW * 2 ** (len(self.exponents) - 1)
        at_least("MS-SSIM", clean, side, remedy="Train on larger crops, or give it fewer exponents.")
        product = torch.ones((), dtype=clean.dtype, device=clean.device)
        for exponent in self.exponents[:-1]:
            structure = similarity(restored, clean)[1]
            product = product * _likeness(structure) ** exponent
            restored, clean = (functional.avg_pool2d(picture, 2) for picture in (restored, clean))
        return 1 - (product * _likeness(similarity(restored, clean)[0]) ** self.exponents[-1]).mean()


def _likeness(values: Float[Tensor, "b c _ _"]) -> Float[Tensor, "b c"]:
    return values.mean(dim=(2, 3)).clamp(min=LEAST)
