"""The noise of a camera, as its pipeline shows it."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812  (its usual name)
from jaxtyping import Float
from torch import Tensor

from relume.degrade._camera import displayed, draw_camera, inverse, linear, log_read, through_matrix
from relume.degrade._draw import Range, check, draw_log, normal

__all__ = ["CameraNoise"]

_SHOTS = Range(1e-4, 0.012)


@dataclass(frozen=True, kw_only=True)
class CameraNoise:
    """y = process(raw + sqrt(shot * raw + read) * n), raw = unprocess(x), n ~ N(0, 1): noise in linear light.

    Processing is white balance, colour matrix, gamma and tone curve; camera and light are drawn for each picture. The
    result is clipped to [0, 1], as a camera's is. Three channels are RGB, others are grey.

    Attributes:
        shot: variance per unit of raw light, or the range to draw its logarithm from for each picture. 1e-4 is base
            sensitivity, 0.012 that of a phone at night.
        scatter: of log(read) about 2.18 log(shot) + 1.20, the line that cameras lie on; read is the variance in black.
        mosaic: only one colour is measured at each pixel and the noise of the others is interpolated (bilinear), which
            makes it coarser; the picture itself keeps its detail.

    Reference: Brooks et al., "Unprocessing Images for Learned Raw Denoising", CVPR 2019.
    """

    shot: float | Range = _SHOTS
    scatter: float = 0.26
    mosaic: bool = False

    def __post_init__(self) -> None:
        check("shot", self.shot, low=1e-8, high=1.0)
        check("scatter", self.scatter, low=0.0, high=5.0)

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h w"]:
        light, noise, _ = self._draw(clean, rng)
        return displayed(light + noise)

    def with_sigma(
        self, clean: Float[Tensor, "b c h w"], rng: torch.Generator
    ) -> tuple[Float[Tensor, "b c h w"], Float[Tensor, "b 1 h w"]]:
        """The degraded batch, and the standard deviation of its noise at each pixel (RMS over the channels).

        The noise of the light is carried through gamma, tone curve and clipping by a quadrature of three points, where
        a tangent would be endlessly steep in black.
        """
        light, noise, variance = self._draw(clean, rng)
        away = (3 * variance).sqrt()
        below, above, middle = displayed(light - away), displayed(light + away), displayed(light)
        mean = (below + above + 4 * middle) / 6
        seen = ((below - mean) ** 2 + (above - mean) ** 2 + 4 * (middle - mean) ** 2) / 6
        return displayed(light + noise), seen.mean(dim=1, keepdim=True).sqrt()

    def _draw(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> tuple[Float[Tensor, "b c h w"], ...]:
        """Linear light of the picture, its noise, and the variance of that."""
        camera = draw_camera(clean, rng)
        shot = draw_log(self.shot, like=clean, rng=rng)
        read = (log_read(shot.log()) + self.scatter * normal(shot, rng)).exp()
        light = linear(clean)
        raw = through_matrix(inverse(camera.to_rgb), light)
        variance = raw.clamp(min=0) * shot + read
        noise = variance.sqrt() * normal(clean, rng)
        if self.mosaic:
            noise, variance = _interpolated(noise, rng), variance * _left(clean)
        return light, through_matrix(camera.to_rgb, noise), through_matrix(camera.to_rgb**2, variance)


def _left(like: Float[Tensor, "b c h w"]) -> Float[Tensor, "c 1 1"]:
    """The share of the variance that interpolation leaves, on average over the pixels of the mosaic."""
    shares = (9 / 16, 5 / 8, 9 / 16) if like.shape[1] == 3 else (1.0,) * like.shape[1]
    return like.new_tensor(shares).view(-1, 1, 1)


def _interpolated(noise: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h w"]:
    """What is left of the noise of a Bayer mosaic (placed at random) after bilinear interpolation."""
    if noise.shape[1] != 3:
        return noise
    b, _, h, w = noise.shape
    start = torch.randint(2, (2, b, 1, 1), generator=rng, device=noise.device)
    odd_row = (torch.arange(h, device=noise.device).view(1, h, 1) + start[0]) % 2
    odd_column = (torch.arange(w, device=noise.device).view(1, 1, w) + start[1]) % 2
    measured = torch.stack([(1 - odd_row) * (1 - odd_column), odd_row ^ odd_column, odd_row * odd_column], dim=1)
    rare, green = ((1, 2, 1), (2, 4, 2), (1, 2, 1)), ((0, 1, 0), (1, 4, 1), (0, 1, 0))
    kernels = noise.new_tensor((rare, green, rare)).unsqueeze(1) / 4
    # Mirrored about the border's pixel, which keeps the mosaic's pattern.
    return F.conv2d(F.pad(noise * measured, (1, 1, 1, 1), mode="reflect"), kernels, groups=3)
