"""A small net learns from a large one that is trained already."""

from dataclasses import dataclass
from pathlib import Path

import torch
from lightning.fabric import Fabric
from torch import nn

from relume.errors import BadInputError
from relume.make.data import AbstractData
from relume.make.recipe import Recipe
from relume.make.regimes._groups import Groups, one_group
from relume.make.regimes._learner import Learner, Losses
from relume.make.regimes._pairs import Pairs, named_losses
from relume.make.run_folder import read_weights

__all__ = ["Distillation"]


@dataclass(frozen=True, kw_only=True)
class Distillation:
    """(1 - weight) loss(restored, clean) + weight loss(restored, what the teacher makes of the same crop).

    The teacher's result holds no noise, so it is a steadier goal than the clean picture, whose details are lost in the
    noise and can only be guessed.

    Attributes:
        teacher: a run folder, whose averaged weights teach; or a model's folder or name.
        weight: of the teacher against the clean picture.

    Reference: Hinton, Vinyals & Dean, "Distilling the Knowledge in a Neural Network", 2015.
    """

    teacher: str = ""
    weight: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.weight <= 1:
            raise BadInputError(f"The teacher's weight is above 0 and at most 1, but came as {self.weight}.")

    def groups(self, net: nn.Module) -> Groups:
        """All parameters learn alike."""
        return one_group(net)

    def begin(self, recipe: Recipe, data: AbstractData, net: nn.Module, fabric: Fabric) -> Learner:
        """Train `net` beside the teacher."""
        teacher = self._teacher(recipe, net, fabric)
        pairs = Pairs.of(recipe, data, fabric, nets=[net, teacher])

        def losses(step: int) -> Losses:
            batch = pairs.batch(step)
            with torch.no_grad(), fabric.autocast():
                taught = teacher(*batch.inputs(teacher))[:, : batch.clean.shape[1]].float()
            restored = net(*batch.inputs(net))
            found = {
                f"{name}_of_teacher": self.weight * loss
                for name, loss in named_losses(recipe.losses, restored, taught).items()
            }
            if self.weight < 1:
                clean = named_losses(recipe.losses, restored, batch.clean)
                found |= {name: (1 - self.weight) * loss for name, loss in clean.items()}
            return found

        return Learner(losses=losses)

    def _teacher(self, like: Recipe, net: nn.Module, fabric: Fabric) -> nn.Module:
        if not self.teacher:
            raise BadInputError("Distillation needs the run folder of a teacher: --set regime.teacher=RUN.")
        recipe, weights = read_weights(Path(self.teacher), like=like)
        teacher = recipe.new_net()
        teacher.load_state_dict(weights)
        if teacher.scale != net.scale:
            raise BadInputError(
                f"The teacher in {self.teacher} enlarges by {teacher.scale} and the net by {net.scale}. Choose a "
                "teacher of the same scale."
            )
        teacher.to(fabric.device, memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        return teacher.eval().requires_grad_(False)  # noqa: FBT003
