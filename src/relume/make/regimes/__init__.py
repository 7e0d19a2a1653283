"""Regimes, one file each: what one training step does."""

from relume.catalog import Catalog

REGIMES = Catalog("regime", __name__)
