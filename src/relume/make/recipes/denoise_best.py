"""Colour and grey denoising for a GPU, sigma 0 to 55: the balanced recipe with six times the work for each pixel.

`relume train denoise_best --data DATA/train --out runs/denoise_best`

No weights ship yet: it needs a GPU, and none has trained it.
"""

from relume.degrade import Range
from relume.degrade.gaussian_noise import GaussianNoise
from relume.degrade.poisson_gaussian_noise import PoissonGaussianNoise
from relume.make.losses.psnr import Psnr
from relume.make.recipe import Phase, Recipe

__all__ = ["recipe"]

recipe = Recipe(
    task="denoise",
    name="best",
    net="unet",
    # Blocks where weights are few: the bottom's have sixteen times as many as the top's for the same work.
    options={"width": 64, "blocks": (6, 4, 2)},
    degrade=(
        (0.85, GaussianNoise(sigma=Range(0.0, 55 / 255))),
        (0.15, PoissonGaussianNoise(shot=Range(0.0, 0.04), read=Range(0.0, 25 / 255))),
    ),
    data=("photos", "bsds", "objects"),
    shares=(0.35, 0.5, 0.15),
    losses=((1.0, Psnr()),),
    clip=8.0,
    phases=(
        Phase(start=0.0, batch=16, crop=96),
        Phase(start=0.5, batch=16, crop=128),
        Phase(start=0.8, batch=8, crop=192),
    ),
    steps=120_000,
    learning_rate=8e-4,
    cooldown=0.6,
    grey=0.08,
    recycle=2000,
)
