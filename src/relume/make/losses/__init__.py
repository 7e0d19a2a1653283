"""Losses, one file each: (restored, clean) → a scalar to minimise."""

from relume.catalog import Catalog

LOSSES = Catalog("loss", __name__)
