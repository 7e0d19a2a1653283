"""Saved as WebP and opened again."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from relume.degrade._draw import Range, check, draw_whole
from relume.degrade._jpeg import quality_map
from relume.degrade._rounding import to_levels
from relume.files._vips import vips

__all__ = ["Webp"]


@dataclass(frozen=True, kw_only=True)
class Webp:
    """y = WebP(x): clipped, 8 bits, written and read by libwebp through libvips; lossy, colour at half the size.

    On the processor, a picture at a time, and without a gradient. Three channels are RGB; others are grey pictures.

    Attributes:
        quality: libwebp's, 1 to 100, whole, or the range to draw it from for each picture.

    Reference: RFC 9649, "WebP Image Format", 2024.
    """

    quality: float | Range = 50.0

    def __post_init__(self) -> None:
        check("quality", self.quality, low=1.0, high=100.0)

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h w"]:
        return self.with_quality(clean, rng)[0]

    def with_quality(
        self, clean: Float[Tensor, "b c h w"], rng: torch.Generator
    ) -> tuple[Float[Tensor, "b c h w"], Float[Tensor, "b 1 h w"]]:
        """The degraded batch, and quality / 100 at each pixel."""
        quality = draw_whole(self.quality, like=clean, rng=rng)
        wanted = [int(one) for one in quality.flatten().tolist()]
        levels = to_levels(clean.detach()).to("cpu", torch.uint8).permute(0, 2, 3, 1).numpy()
        pairs = zip(levels, wanted, strict=True)
        coded = torch.from_numpy(np.stack([_coded(picture, one) for picture, one in pairs])).permute(0, 3, 1, 2)
        return (coded.to(clean) / 255).contiguous(), quality_map(quality, clean)


def _coded(picture: UInt8[np.ndarray, "h w c"], quality: int) -> UInt8[np.ndarray, "h w c"]:
    if picture.shape[2] not in (1, 3):
        planes = [_coded(plane, quality) for plane in np.split(picture, picture.shape[2], axis=2)]
        return np.concatenate(planes, axis=2)
    module: Any = vips()
    kind = "srgb" if picture.shape[2] == 3 else "b-w"
    data = module.Image.new_from_array(np.ascontiguousarray(picture)).copy(interpretation=kind)
    opened = module.Image.new_from_buffer(data.webpsave_buffer(Q=quality), "").numpy()
    # WebP has no grey; the three channels that come back for it are equal.
    return opened[..., : picture.shape[2]]
