"""Colour and grey JPEG repair, quality 5 to 95, once or twice compressed, told the quality or not.

`relume train dejpeg_balanced --data DATA/train --out runs/dejpeg_balanced`

The shipped weights took 36,000 steps (`steps` was lowered from 60,000 on the way), 66 minutes on one core of a shared
CPU server, and reach 28.93 dB at quality 10 and 33.67 dB at quality 40 on LIVE1 in grey (the input: 27.77 and 32.35;
DnCNN's published row: 29.19 and 33.96). The held-out PSNR was still rising: more steps will be better.
"""

from relume.degrade import Range
from relume.degrade.double_jpeg import DoubleJpeg
from relume.degrade.jpeg import Jpeg
from relume.make.losses.psnr import Psnr
from relume.make.recipe import Phase, Recipe

__all__ = ["recipe"]

recipe = Recipe(
    task="dejpeg",
    name="balanced",
    net="unet",
    options={"width": 48, "blocks": (1, 1, 2), "told": "quality"},
    degrade=(
        (0.7, Jpeg(quality=Range(5.0, 95.0), halved=0.6)),
        # What was saved twice, on grids that need not lie on each other, is not described by one quality.
        (0.3, DoubleJpeg(first=Range(5.0, 95.0), second=Range(5.0, 95.0), halved=0.6)),
    ),
    data=("photos", "bsds", "objects"),
    shares=(0.45, 0.4, 0.15),
    losses=((1.0, Psnr()),),
    clip=8.0,
    untold=0.5,
    phases=(Phase(start=0.0, batch=16, crop=64), Phase(start=0.6, batch=8, crop=96)),
    steps=60_000,
    learning_rate=1e-3,
    cooldown=0.5,
    grey=0.4,
    recycle=2000,
)
