"""Adversarial losses, one file each: what generator and discriminator want, given the discriminator's scores.

An entry is a frozen dataclass with `generator(fake_scores)` and `discriminator(real_scores, fake_scores)`, both scalars
to minimise. Scores are those of a discriminator without a last sigmoid: higher is more real. One whose discriminator
must be kept smooth also has `penalty(discriminator, real, fake, rng)`, to be added to the discriminator's loss.
"""

from relume.catalog import Catalog

ADVERSARIAL_LOSSES = Catalog("adversarial loss", __name__)

describe = ADVERSARIAL_LOSSES.describe
build = ADVERSARIAL_LOSSES.build

__all__ = ["ADVERSARIAL_LOSSES", "build", "describe"]
