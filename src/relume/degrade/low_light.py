"""Taken in the dark: little light, and the noise that comes with it."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from relume.degrade._camera import displayed, draw_camera, inverse, linear, log_read, through_matrix
from relume.degrade._draw import Range, check, draw_log, normal

__all__ = ["LowLight"]

_EXPOSURES, _SHOTS = Range(0.03, 0.3), Range(1e-4, 4e-3)


@dataclass(frozen=True, kw_only=True)
class LowLight:
    """y = process(exposure * raw + sqrt(shot * exposure * raw + read) * n), raw = unprocess(x), n ~ N(0, 1).

    Processing is white balance, colour matrix, gamma and tone curve of a camera drawn for each picture; the result is
    clipped to [0, 1], as a camera's is.

    Attributes:
        exposure: share of the light that a good exposure has, or the range to draw its logarithm from.
        shot: variance per unit of raw light, or the range to draw its logarithm from; the variance in black, read,
            follows log(read) = 2.18 log(shot) + 1.20.

    Reference: Wei et al., "Deep Retinex Decomposition for Low-Light Enhancement" (LOL), BMVC 2018; the noise: Brooks et
    al., "Unprocessing Images for Learned Raw Denoising", CVPR 2019.
    """

    exposure: float | Range = _EXPOSURES
    shot: float | Range = _SHOTS

    def __post_init__(self) -> None:
        check("exposure", self.exposure, low=1e-4, high=1.0)
        check("shot", self.shot, low=1e-8, high=1.0)

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h w"]:
        camera = draw_camera(clean, rng)
        exposure, shot = (draw_log(one, like=clean, rng=rng) for one in (self.exposure, self.shot))
        light = exposure * linear(clean)
        raw = through_matrix(inverse(camera.to_rgb), light)
        variance = raw.clamp(min=0) * shot + log_read(shot.log()).exp()
        return displayed(light + through_matrix(camera.to_rgb, variance.sqrt() * normal(clean, rng)))
