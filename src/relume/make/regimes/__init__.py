"""Regimes, one file each: what one training step does. A value whose `begin` gives the `Learner` of a run.

A regime is a frozen dataclass with `groups(net)`, the parameters by group (each has its own factor of the learning
rate), and `begin(recipe, data, net, fabric)`, which is called once the net is where it trains.
"""

from relume.catalog import Catalog

REGIMES = Catalog("regime", __name__)
