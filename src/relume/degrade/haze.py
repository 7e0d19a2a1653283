"""Air that scatters light between the scene and the camera."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812  (its usual name)
from jaxtyping import Float
from torch import Tensor

from relume.degrade._draw import Range, check, draw

__all__ = ["Haze"]

_DENSITIES, _AIRLIGHTS = Range(0.5, 2.5), Range(0.7, 1.0)


@dataclass(frozen=True, kw_only=True)
class Haze:
    """y = t x + (1 - t) airlight, t = exp(-density * depth): Koschmieder's law.

    The depth, 0 to 1, is made up: it grows towards the top of the picture and swells smoothly, differently in each.

    Attributes:
        density: optical depth of the farthest point, or the range to draw it from for each picture.
        airlight: brightness of the haze, or the range to draw it from.

    Reference: Narasimhan and Nayar, "Vision and the Atmosphere", IJCV 2002; Li et al., "Benchmarking Single Image
    Dehazing and Beyond" (RESIDE), IEEE TIP 2019.
    """

    density: float | Range = _DENSITIES
    airlight: float | Range = _AIRLIGHTS

    def __post_init__(self) -> None:
        check("density", self.density, low=0.0, high=20.0)
        check("airlight", self.airlight, low=0.0, high=1.0)

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h w"]:
        density, airlight = (draw(one, like=clean, rng=rng) for one in (self.density, self.airlight))
        passed = torch.exp(-density * _depth(clean, rng))
        return passed * clean + (1 - passed) * airlight


def _depth(like: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b 1 h w"]:
    height, width = like.shape[2:]
    hills = torch.rand((len(like), 1, 4, 4), generator=rng, device=like.device, dtype=like.dtype)
    smooth = F.interpolate(hills, size=(height, width), mode="bicubic", align_corners=True).clamp(0, 1)
    rise = torch.linspace(1, 0, height, device=like.device, dtype=like.dtype).view(-1, 1)
    return 0.6 * rise + 0.4 * smooth
