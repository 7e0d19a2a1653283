"""The catalogue itself, apart from the package's front so that text and JSON can look names up in it."""

from relume.catalog import Catalog

DEGRADATIONS = Catalog("degradation", "relume.degrade")
