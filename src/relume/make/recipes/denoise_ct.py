"""Slices of computed tomography, quarter to full dose, in Hounsfield units; the net finds out how strong the noise is.

`relume train denoise_ct --data DATA/train --out runs/denoise_ct`
"""

from relume.degrade import Range
from relume.degrade.low_dose_ct import LowDoseCt
from relume.make.losses.psnr import Psnr
from relume.make.recipe import Phase, Recipe

__all__ = ["recipe"]

recipe = Recipe(
    task="denoise",
    name="ct",
    net="unet",
    # Reconstruction spreads the noise over neighbours, so no level of white noise describes it: nothing is told.
    options={"width": 32, "blocks": (1, 1, 1), "told": None},
    channels=1,
    degrade=((1.0, LowDoseCt(photons=Range(1e4, 1e5), surrounding_mm=Range(60.0, 240.0))),),
    data=("ct",),
    losses=((1.0, Psnr(floor=1e-6)),),
    clip=8.0,
    phases=(Phase(start=0.0, batch=8, crop=64),),
    steps=20_000,
    learning_rate=1e-3,
    cooldown=0.5,
    recycle=2000,
)
