"""Faults of single pictures, one file each: values that look at a picture and say what is wrong, or None."""

from relume.catalog import Catalog

FAULTS = Catalog("fault", __name__)
