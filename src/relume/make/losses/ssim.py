"""Structural dissimilarity."""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from relume.make.losses._check import at_least
from relume.make.losses._similarity import WINDOW, similarity

__all__ = ["Ssim"]


@dataclass(frozen=True, kw_only=True)
class Ssim:
    """1 - SSIM, in [0, 2]: an 11 by 11 Gaussian window of sigma 1.5, wholly inside the picture; values in [0, 1].

    It does not see a slight change of colour or of light: mix it with L1 or Charbonnier.

    Reference: Wang, Bovik, Sheikh & Simoncelli, "Image Quality Assessment: From Error Visibility to Structural
    Similarity", IEEE TIP 2004.
    """

    def __call__(self, restored: Float[Tensor, "b c h w"], clean: Float[Tensor, "b c h w"]) -> Float[Tensor, ""]:
        at_least("SSIM", clean, WINDOW, remedy="Train on larger crops.")
        return 1 - similarity(restored, clean)[0].mean()
