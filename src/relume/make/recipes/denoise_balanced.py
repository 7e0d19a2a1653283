"""Colour and grey denoising, sigma 0 to 55, one model told how strong the noise is.

`relume train denoise_balanced --data DATA/train --out runs/denoise_balanced`

The shipped weights took 95,000 steps, three hours on one to two cores of a shared CPU server, and reach
33.79 / 31.11 / 27.87 dB on CBSD68 at sigma 15 / 25 / 50. They were not made in one go. First came 63,000 steps with L1
loss and crops by area alone (33.71 / 31.06 / 27.83 dB; the manifest holds that recipe under `init`, and its history:
`steps` was changed as the time that was left became known, so the learning rate fell to zero at step 50,000 and rose
once more to 4e-4; `recycle` began at step 12,900). Then this recipe, begun with those weights (`--init`), with
`steps` set to 32,000 on the way: 51 minutes on one core at 95 ms a step. A straight run has not been measured.
"""

from relume.degrade import Range
from relume.degrade.gaussian_noise import GaussianNoise
from relume.degrade.poisson_gaussian_noise import PoissonGaussianNoise
from relume.make.losses.psnr import Psnr
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
    # By area the large photographs would get three crops in five, and the small pictures that papers measure few.
    shares=(0.35, 0.5, 0.15),
    # Against L1, 3,000 steps from the same weights gave held-out pictures 0.02 dB at sigma 15 and lost 0.01 at 50.
    losses=((1.0, Psnr()),),
    clip=8.0,
    phases=(Phase(start=0.0, batch=8, crop=96), Phase(start=0.5, batch=4, crop=128)),
    steps=40_000,
    learning_rate=5e-4,
    cooldown=0.5,
    grey=0.08,
    recycle=2000,
)
