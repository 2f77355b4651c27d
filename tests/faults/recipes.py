"""Hostile, broken and foreign files, each a recipe of a line or two with the code it is to get, or OPENED. Built when asked for.

A recipe that may honestly end in one of two ways, or takes longer on a slow machine, names both.
"""

from tests.faults import foreign, packages, trees
from tests.faults.recipe import GOOD, OPENED, RECIPES, Recipe, zipped

__all__ = ["GOOD", "OPENED", "RECIPES", "Recipe", "foreign", "packages", "trees", "zipped"]
