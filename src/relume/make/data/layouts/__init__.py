"""Layouts of data sets, one file each: the pictures of a folder → pairs of clean and degraded ones, by their names."""

from relume.catalog import Catalog

LAYOUTS = Catalog("layout", __name__)
