"""Clean pictures are known: degrade, restore, compare."""

from dataclasses import dataclass

from lightning.fabric import Fabric
from torch import nn

from relume.make.data import AbstractData
from relume.make.recipe import Recipe
from relume.make.regimes._groups import Groups, one_group
from relume.make.regimes._learner import Learner, Losses
from relume.make.regimes._pairs import Pairs, named_losses

__all__ = ["Supervised"]


@dataclass(frozen=True, kw_only=True)
class Supervised:
    """The recipe's losses between what the net makes of a degraded crop and the clean one."""

    def groups(self, net: nn.Module) -> Groups:
        """All parameters learn alike."""
        return one_group(net)

    def begin(self, recipe: Recipe, data: AbstractData, net: nn.Module, fabric: Fabric) -> Learner:
        """Train `net` on crops of `data`."""
        pairs = Pairs.of(recipe, data, fabric, nets=[net])

        def losses(step: int) -> Losses:
            batch = pairs.batch(step)
            return named_losses(recipe.losses, net(*batch.inputs(net)), batch.clean)

        return Learner(losses=losses)
