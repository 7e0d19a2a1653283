"""Computed tomography with few X-rays."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from relume.degrade._draw import Range, check, check_whole, draw, draw_log, normal
from relume.degrade._radon import angles, back_project, cells, convolved, project, ramp
from relume.errors import BadInputError

__all__ = ["LowDoseCt"]

_PHOTONS, _SURROUNDINGS = Range(1e4, 1e5), Range(0.0, 200.0)
_WATER = 0.0192  # attenuation per mm at about 70 keV (NIST)
_MOST_VIEWS = 720
_OVAL = 0.25  # a patient is wider than thick


@dataclass(frozen=True, kw_only=True)
class LowDoseCt:
    """y = x + FBP(p' - p): the noise of a scan, through filtered back projection; x itself keeps its sharpness.

    p = line integrals of the attenuation (parallel beam), counts ~ Poisson(photons exp(-p)) + electronic N(0, 1),
    p' = ln(photons / counts). x holds Hounsfield units, black to white; each channel is a slice of its own. The
    gradient takes the noise for a constant.

    Attributes:
        photons: X-rays on each detector cell without a patient, or the range to draw their logarithm from. About 1e5 is
            a full dose, a quarter of it a quarter dose.
        black_hu: Hounsfield units of 0; air is -1000, water 0.
        white_hu: Hounsfield units of 1.
        pixel_mm: side of a pixel.
        surrounding_mm: of water on the way of each ray, or the range to draw it from for each picture: the patient
            around a crop. 0 suits whole slices.
        electronic: standard deviation of the detector's own noise, in counts.
        soft: reconstructed with a smooth kernel (Hann) rather than a sharp one (Ram-Lak).
        views: over half a turn; 0 is as many as the picture needs, at most 720.

    Reference: Kak and Slaney, "Principles of Computerized Tomographic Imaging", 1988; Zeng et al., "A Simple Low-Dose
    X-Ray CT Simulation From High-Dose Scan", IEEE TNS 2015.
    """

    photons: float | Range = _PHOTONS
    black_hu: float = -1024.0
    white_hu: float = 3071.0
    pixel_mm: float = 0.7
    surrounding_mm: float | Range = _SURROUNDINGS
    electronic: float = 8.0
    soft: bool = True
    views: int = 0

    def __post_init__(self) -> None:
        check("photons", self.photons, low=10.0, high=1e9)
        check("pixel_mm", self.pixel_mm, low=1e-4, high=10.0)
        check("surrounding_mm", self.surrounding_mm, low=0.0, high=1000.0)
        check("electronic", self.electronic, low=0.0, high=1e4)
        check_whole("views", self.views, low=0, high=10_000)
        if self.white_hu <= self.black_hu:
            raise BadInputError(f"white_hu lies above black_hu, but they came as {self.white_hu} and {self.black_hu}.")

    def __call__(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> Float[Tensor, "b c h w"]:
        with torch.no_grad():
            views, error, _ = self._scan(clean, rng)
            noise = self._picture(convolved(error, self._filter(error)), views, like=clean)
        return clean + noise * (math.pi / len(views))

    def with_sigma(
        self, clean: Float[Tensor, "b c h w"], rng: torch.Generator
    ) -> tuple[Float[Tensor, "b c h w"], Float[Tensor, "b 1 h w"]]:
        """The degraded batch, and the standard deviation of its noise at each pixel (RMS over the channels)."""
        with torch.no_grad():
            views, error, variance = self._scan(clean, rng)
            kernel = self._filter(error)
            noise = self._picture(convolved(error, kernel), views, like=clean)
            # Between two cells their filtered values are mixed: the mean square of the mix, over all places between.
            beside = torch.cat([kernel[1:], kernel.new_zeros(1)])
            squares = (kernel**2 + kernel * beside + beside**2) / 3
            # Scaled twice, once for each factor of the pixel's unit.
            seen = self._picture(self._unit() * convolved(variance, (squares + squares.flip(0)) / 2), views, like=clean)
        weight = math.pi / len(views)
        sigma = weight * seen.mean(dim=1, keepdim=True).clamp(min=0).sqrt()
        return clean + weight * noise, sigma

    def _scan(self, clean: Float[Tensor, "b c h w"], rng: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """The angles, the error of each ray's line integral, and its variance."""
        b, c, h, w = clean.shape
        hounsfield = self.black_hu + clean.clamp(min=0) * (self.white_hu - self.black_hu)
        attenuation = (_WATER * self.pixel_mm * (1 + hounsfield / 1000)).clamp(min=0)
        views = angles(self.views or min(math.ceil(math.pi / 2 * cells(h, w)), _MOST_VIEWS), clean)
        around = _WATER * draw(self.surrounding_mm, like=clean, rng=rng).expand(b, c, 1, 1).reshape(1, -1, 1)
        oval = 1 - _OVAL * torch.cos(2 * views).view(-1, 1, 1)
        photons = draw_log(self.photons, like=clean, rng=rng).expand(b, c, 1, 1).reshape(1, -1, 1)
        # Half as fine is fine enough for how many photons arrive, and takes a quarter of the time.
        integral = project(attenuation.flatten(0, 1), views, step=2) + around * oval
        expected = photons * torch.exp(-integral)
        counted = torch.poisson(expected, generator=rng) + self.electronic * normal(expected, rng)
        error = torch.log(photons / counted.clamp(min=1)) - integral
        return views, error, (expected + self.electronic**2) / expected.clamp(min=1) ** 2

    def _filter(self, rays: Float[Tensor, "v n d"]) -> Float[Tensor, " k"]:
        return ramp(rays.shape[2], rays, soft=self.soft)

    def _unit(self) -> float:
        """Pixel values per attenuation of one pixel."""
        return 1000 / (_WATER * self.pixel_mm * (self.white_hu - self.black_hu))

    def _picture(
        self, rays: Float[Tensor, "v n d"], views: Float[Tensor, " v"], *, like: Float[Tensor, "b c h w"]
    ) -> Float[Tensor, "b c h w"]:
        height, width = like.shape[2:]
        return self._unit() * back_project(rays, views, height=height, width=width).view_as(like)
