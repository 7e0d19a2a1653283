"""Recipes, one file each: everything that made a model, with the score it reached and the time it took."""

from relume.catalog import Catalog

RECIPES = Catalog("recipe", __name__)
