"""Colour and grey denoising, sigma 0 to 55, one model told how strong the noise is.

relume train denoise_balanced --data DATA/train --out runs/denoise_balanced
"""

from relume.degrade import Range
from relume.degrade.gaussian_noise import GaussianNoise
from relume.degrade.poisson_gaussian_noise import PoissonGaussianNoise
from relume.make.recipe import Phase, Recipe

__all__ = ["recipe"]

recipe = Recipe(
    task="denoise",
    name="balanced",
    net="unet",
    options={"width": 48, "blocks": (1, 1, 2)},
    # Mostly the plain noise that papers measure; the rest teaches the net that noise differs from pixel to pixel.
    degrade=(
        (0.85, GaussianNoise(sigma=Range(0.0, 55 / 255))),
        (0.15, PoissonGaussianNoise(shot=Range(0.0, 0.04), read=Range(0.0, 25 / 255))),
    ),
    data=("photos", "bsds", "objects"),
    phases=(Phase(start=0.0, batch=16, crop=64), Phase(start=0.6, batch=8, crop=96)),
    steps=63_000,
    learning_rate=1e-3,
    cooldown=0.5,
    grey=0.08,
    recycle=2000,
)
