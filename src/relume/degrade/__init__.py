"""Degradations, one file each: values that turn a clean batch into a degraded one."""

from relume.catalog import Catalog

DEGRADATIONS = Catalog("degradation", __name__)
