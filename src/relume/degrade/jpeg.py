"""Saved as JPEG and opened again."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from relume.degrade._draw import Range, chance, check, draw_whole
from relume.degrade._jpeg import compress, quality_map

__all__ = ["Jpeg"]


@dataclass(frozen=True, kw_only=True)
class Jpeg:
    """y = JPEG(x) as libjpeg writes and reads it: clipped, 8 bits, YCbCr, 8 × 8 cosine blocks, quantised.

    The gradient takes every rounding for the identity. Three channels are RGB; others are grey pictures.

    Attributes:
        quality: libjpeg's, 1 to 100, whole, or the range to draw it from for each picture.
        halved: share of the pictures whose colour is stored at half the size (4:2:0); 0 is 4:4:4.

    Reference: ITU-T T.81, 1992; Shin and Song, "JPEG-resistant Adversarial Images", NIPS workshop 2017 (the gradient).
    """

    quality: float | Range = 50.0
    halved: float = 1.0

    def __post_init__(self) -> None:
        check("quality", self.quality, low=1.0, high=100.0)
        check("halved", self.halved, low=0.0, high=1.0, hint="It is the share of pictures saved as 4:2:0.")

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h w"]:
        return self.with_quality(clean, rng)[0]

    def with_quality(
        self, clean: Float[Tensor, "b c h w"], rng: torch.Generator
    ) -> tuple[Float[Tensor, "b c h w"], Float[Tensor, "b 1 h w"]]:
        """The degraded batch, and quality / 100 at each pixel."""
        quality = draw_whole(self.quality, like=clean, rng=rng)
        halved = chance(self.halved, like=clean, rng=rng)
        return compress(clean, quality=quality, halved=halved), quality_map(quality, clean)
