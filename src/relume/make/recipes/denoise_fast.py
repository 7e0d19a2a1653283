"""Colour and grey denoising, sigma 0 to 55, told how strong the noise is: the tier for the CPU, under 30 GMAC/MP.

`relume train denoise_fast --data DATA/train --out runs/denoise_fast`

A net of residual blocks on unshuffled input, as `denoise_balanced`, of two thirds its width and with one block a level.
`--steps 200` takes about a minute on one core and already beats its input.
"""

from relume.degrade import Range
from relume.degrade.gaussian_noise import GaussianNoise
from relume.degrade.poisson_gaussian_noise import PoissonGaussianNoise
from relume.make.recipe import Phase, Recipe

__all__ = ["recipe"]

recipe = Recipe(
    task="denoise",
    name="fast",
    net="unet",
    options={"width": 32, "blocks": (1, 1, 1)},
    degrade=(
        (0.85, GaussianNoise(sigma=Range(0.0, 55 / 255))),
        (0.15, PoissonGaussianNoise(shot=Range(0.0, 0.04), read=Range(0.0, 25 / 255))),
    ),
    data=("photos", "bsds", "objects"),
    # By area the large photographs would get three crops in five, and the small pictures that papers measure few.
    shares=(0.35, 0.5, 0.15),
    phases=(Phase(start=0.0, batch=16, crop=64), Phase(start=0.6, batch=8, crop=96)),
    steps=60_000,
    learning_rate=1e-3,
    cooldown=0.5,
    grey=0.08,
    recycle=2000,
)
