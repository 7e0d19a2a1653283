"""Restored pictures must pass for real ones: a discriminator learns beside the net to tell them apart."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from lightning.fabric import Fabric
from torch import Tensor, nn

from relume.errors import BadInputError
from relume.make.data import AbstractData
from relume.make.discriminators import DISCRIMINATORS
from relume.make.health import Health, clipped
from relume.make.losses.adversarial import ADVERSARIAL_LOSSES
from relume.make.losses.feature_matching import FeatureMatching
from relume.make.recipe import Recipe
from relume.make.regimes._groups import Groups, one_group
from relume.make.regimes._learner import Learner, Losses
from relume.make.regimes._pairs import Pairs, named_losses

__all__ = ["Adversarial"]


@dataclass(frozen=True, kw_only=True)
class Adversarial:
    """The recipe's losses + weight * what the adversarial loss asks of the net; then a step of the discriminator's own.

    Until the share `start` of all steps both learn apart: the net to be faithful, the discriminator to see. Begin with
    the weights of a supervised run (`--init`), as all that works does.

    Attributes:
        discriminator: an entry of `DISCRIMINATORS`, of `width` channels.
        loss: an entry of `ADVERSARIAL_LOSSES`.
        weight: of the adversarial loss beside the recipe's.
        matching: weight of the feature matching loss in the discriminator's own features; 0: none.
        start: share of all steps before the discriminator has a say.
        rate: the discriminator's learning rate, as a factor of the net's.

    Reference: Wang et al., "ESRGAN", ECCVW 2018; Wang et al., "Real-ESRGAN", ICCVW 2021.
    """

    discriminator: str = "patch"
    width: int = 64
    loss: str = "hinge"
    weight: float = 0.005
    matching: float = 0.0
    start: float = 0.1
    rate: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.start < 1 or self.weight <= 0 or self.matching < 0 or self.rate <= 0 or self.width < 1:
            raise BadInputError(
                "weight, rate and width are above 0, matching is not below it and start is a share from 0 to below 1, "
                f"but they came as {self.weight}, {self.rate}, {self.width}, {self.matching} and {self.start}."
            )

    def groups(self, net: nn.Module) -> Groups:
        """All parameters of the net learn alike."""
        return one_group(net)

    def begin(self, recipe: Recipe, data: AbstractData, net: nn.Module, fabric: Fabric) -> Learner:
        """Train `net` against a discriminator that begins anew."""
        pairs = Pairs.of(recipe, data, fabric, nets=[net])
        opponent = Opponent(self, recipe, fabric)
        seen: list[tuple[Tensor, Tensor]] = []  # the crops of this step, for the discriminator's turn

        def losses(step: int) -> Losses:
            batch = pairs.batch(step)
            restored = net(*batch.inputs(net))
            found = named_losses(recipe.losses, restored, batch.clean)
            picture = restored[:, : batch.clean.shape[1]]
            if step >= self.start * recipe.steps:
                found |= opponent.judge(picture, batch.clean)
            seen[:] = [(batch.clean, picture.detach())]
            return found

        def after(step: int) -> Losses:
            return opponent.learn(*seen.pop(), step=step)

        return Learner(losses=losses, after=after, sound=opponent.health.check, parts=opponent.parts)


class Opponent:
    """The discriminator, its optimiser, and its turn."""

    def __init__(self, regime: Adversarial, recipe: Recipe, fabric: Fabric) -> None:
        self.regime, self.recipe, self.fabric = regime, recipe, fabric
        self.loss: Any = ADVERSARIAL_LOSSES[regime.loss]()
        with torch.random.fork_rng():  # layers draw their first weights from the global generator
            torch.manual_seed(recipe.seed + 1)
            made: nn.Module = DISCRIMINATORS[regime.discriminator](recipe.channels, width=regime.width)
        made.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        # No memory of the gradient's direction: the net has moved since.
        optimizer = torch.optim.AdamW(
            made.parameters(), lr=recipe.learning_rate, betas=(0.0, 0.99), weight_decay=0.0, fused=True
        )
        self.net, self.optimizer = fabric.setup(made, optimizer)
        self.health = Health(fabric.device, precision=recipe.precision, of="The discriminator's loss")
        self.parts = {"discriminator": self.net.module, "discriminator_optimizer": self.optimizer}

    def judge(self, restored: Float[Tensor, "b c h w"], clean: Float[Tensor, "b c h w"]) -> Losses:
        """What is asked of the net; the discriminator's own weights get no gradient from it."""
        self.net.module.requires_grad_(False)  # noqa: FBT003
        regime, found = self.regime, dict[str, Tensor]()
        # Past the wrapper that gathers the gradients of several devices: there are none to gather here.
        judging: Any = self.net.module
        with self.fabric.autocast():
            found["adversarial"] = regime.weight * self.loss.generator(judging(restored).float())
            if regime.matching:
                matched = FeatureMatching().distance(judging.features(restored), judging.features(clean))
                found["feature_matching"] = regime.matching * matched
        return found

    def learn(self, real: Float[Tensor, "b c h w"], fake: Float[Tensor, "b c h w"], *, step: int) -> Losses:
        """One step of the discriminator's own; its loss for the log."""
        self.net.module.requires_grad_(True)  # noqa: FBT003
        # Both in one batch: several devices gather the gradients of one call.
        real_scores, fake_scores = self.net(torch.cat([real, fake])).float().chunk(2)
        loss = self.loss.discriminator(real_scores, fake_scores)
        if hasattr(self.loss, "penalty"):
            rng = torch.Generator(self.fabric.device).manual_seed(self.recipe.seed * 1_000_003 + step)
            score: Callable[[Tensor], Tensor] = self.net.module
            loss = loss + self.loss.penalty(score, real, fake, rng)
        for group in self.optimizer.param_groups:
            group["lr"] = self.regime.rate * self.recipe.rate(step)
        self.fabric.backward(loss)
        norm = clipped(self.fabric, self.optimizer, most=1.0)
        self.health.judge(self.optimizer.optimizer, loss, norm)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return {"discriminator": loss}
