"""Degradations, one file each: values that turn a clean batch into a degraded one."""

from relume.degrade._catalog import DEGRADATIONS
from relume.degrade._draw import Range
from relume.degrade._place import at_place
from relume.degrade._spec import build, describe, parse

__all__ = ["DEGRADATIONS", "Range", "at_place", "build", "describe", "parse"]
