"""Upscaling by 2: small nets that do all of their work at the small size, true to the picture, inventing nothing.

`relume train upscale_balanced_x2 --data DATA/train --out runs/upscale_balanced_x2`
"""

from relume.degrade.bicubic_downscale import BicubicDownscale
from relume.make.losses.l1 import L1
from relume.make.recipe import Phase, Recipe

__all__ = ["recipe"]

recipe = Recipe(
    task="upscale",
    name="balanced",
    net="edsr",
    options={"scale": 2, "width": 48, "blocks": 8},
    degrade=((1.0, BicubicDownscale(scale=2)),),
    data=("photos", "bsds", "objects"),
    shares=(0.6, 0.3, 0.1),
    losses=((1.0, L1()),),
    phases=(Phase(start=0.0, batch=16, crop=64),),
    steps=60_000,
    learning_rate=1e-3,
    cooldown=0.5,
)
