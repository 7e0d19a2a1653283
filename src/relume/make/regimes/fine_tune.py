"""A trained net meets a new domain, with few pictures: its last layers learn first, its first ones least."""

import itertools
from dataclasses import dataclass

from lightning.fabric import Fabric
from torch import nn

from relume.errors import BadInputError
from relume.make.data import AbstractData
from relume.make.recipe import Recipe
from relume.make.regimes._groups import Groups
from relume.make.regimes._learner import Learner, Losses
from relume.make.regimes._pairs import Pairs, named_losses

__all__ = ["FineTune"]


@dataclass(frozen=True, kw_only=True)
class FineTune:
    """Supervised training, for `--init`: a layer learns at `decay` times the rate of the one after it.

    A layer here is a stage of the net, as its parameters come: its head, each of its blocks, its tail. At the first
    step only the last learns; the others join one by one, from the last to the first, within the share `unfrozen` of
    all steps.

    Attributes:
        decay: of the learning rate from a layer to the one before it; 1: all learn alike.
        unfrozen: share of all steps after which every layer learns; 0: from the first step on.
        layers: how many layers learn at all, from the last; the body before them stays frozen. 0: all.

    Reference: Howard & Ruder, "Universal Language Model Fine-tuning for Text Classification", ACL 2018.
    """

    decay: float = 0.9
    unfrozen: float = 0.3
    layers: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.decay <= 1:
            raise BadInputError(f"decay lies above 0 and up to 1, but came as {self.decay}.")
        if not 0 <= self.unfrozen <= 1 or self.layers < 0:
            raise BadInputError(
                f"unfrozen is a share from 0 to 1 and layers a count, but came as {self.unfrozen} and {self.layers}."
            )

    def groups(self, net: nn.Module) -> Groups:
        """The parameters of each layer, from the first to the last."""
        named = itertools.groupby(net.named_parameters(), key=lambda pair: _layer(pair[0]))
        return [[parameter for _, parameter in members] for _, members in named]

    def begin(self, recipe: Recipe, data: AbstractData, net: nn.Module, fabric: Fabric) -> Learner:
        """Train `net`, which has the weights to begin with."""
        if fabric.world_size > 1:
            raise BadInputError("Fine-tuning freezes layers while it runs, which only one device can. Set --devices 1.")
        pairs = Pairs.of(recipe, data, fabric, nets=[net])
        groups = self.groups(getattr(net, "module", net))  # without Fabric's wrapper, whose name would be every layer's

        def losses(step: int) -> Losses:
            for group, rate in zip(groups, self.rates(step, steps=recipe.steps, count=len(groups)), strict=True):
                for parameter in group:
                    parameter.requires_grad_(rate > 0)
            batch = pairs.batch(step)
            return named_losses(recipe.losses, net(*batch.inputs(net)), batch.clean)

        return Learner(losses=losses, rates=lambda step: self.rates(step, steps=recipe.steps, count=len(groups)))

    def rates(self, step: int, *, steps: int, count: int) -> list[float]:
        """The factor of each of `count` layers, first to last; 0: frozen.

        >>> FineTune(decay=0.5, unfrozen=0.5).rates(34, steps=100, count=4)
        [0.0, 0.25, 0.5, 1.0]
        """
        most = min(self.layers or count, count)
        done = 1.0 if self.unfrozen == 0 else min(1.0, step / (self.unfrozen * steps))
        learning = 1 + int(done * (most - 1) + 1e-9)
        depths = range(count - 1, -1, -1)
        return [self.decay**depth if depth < learning else 0.0 for depth in depths]


def _layer(name: str) -> str:
    """A parameter's stage: `up_blocks.1` of `up_blocks.1.0.first.weight`, `head` of `head.weight`."""
    first, _, rest = name.partition(".")
    second = rest.partition(".")[0]
    return f"{first}.{second}" if second.isdigit() else first
