"""What the regimes share: the clean and degraded crops of a step, and the named losses of what a net makes of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from lightning.fabric import Fabric
from torch import Tensor, nn

from relume.degrade import at_place
from relume.errors import BadInputError, ShapeMismatchError
from relume.make.data import AbstractData, cutblur, mixup
from relume.make.losses import LOSSES, measure
from relume.make.recipe import Recipe

# BT.601, what image libraries turn colour into grey with.
LUMA = (0.299, 0.587, 0.114)
# What nets are told, in words.
WORDS = {"sigma": "noise level", "quality": "JPEG quality"}
CPU = torch.device("cpu")


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Clean crops, the same degraded, and what else nets are told of them, by name."""

    clean: Float[Tensor, "b c h w"]
    degraded: Float[Tensor, "b c _ _"]
    told: Mapping[str, Float[Tensor, "b 1 _ _"]]

    def inputs(self, net: Any) -> tuple[Float[Tensor, "b _ _ _"], ...]:
        """What `net` is fed."""
        return (self.degraded, *(self.told[name] for name in told(net)))


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """The batch of a step is a function of the recipe's seed and the step's number, on each device its part of it.

    Attributes:
        told: names of what the nets are told beside the picture.
        rank: the place of this device among `ranks`.
    """

    recipe: Recipe
    data: AbstractData
    told: tuple[str, ...] = ()
    device: torch.device = CPU
    rank: int = 0
    ranks: int = 1

    @classmethod
    def of(cls, recipe: Recipe, data: AbstractData, fabric: Fabric, *, nets: Iterable[nn.Module]) -> "Pairs":
        """Those that `nets` can be fed with, on the run's devices."""
        names = tuple(dict.fromkeys(name for net in nets for name in told(net)))
        return cls(
            recipe=recipe,
            data=data.to(fabric.device),
            told=names,
            device=fabric.device,
            rank=fabric.global_rank,
            ranks=fabric.world_size,
        )

    def batch(self, step: int) -> Batch:
        """The crops of `step`, degraded."""
        recipe, phase = self.recipe, self.recipe.phase(step)
        if phase.batch % self.ranks:
            raise BadInputError(f"{self.ranks} devices share a batch of {phase.batch} crops: choose a multiple.")
        rng, noise = self._random(step)
        crops = self.data.crops(phase.batch // self.ranks, phase.crop, rng=rng)
        if step + 1 < recipe.steps:  # what is decoded while training is decoded ahead
            after = recipe.phase(step + 1)
            self.data.expect(after.batch // self.ranks, after.crop, rng=self._random(step + 1)[0])
        clean, degraded = crops.clean, crops.degraded
        if recipe.channels == 3 and rng.random() < recipe.grey:
            clean, degraded = _grey(clean), None if degraded is None else _grey(degraded)
        return self._mixed(self._finish(clean, degraded, rng=rng, noise=noise, step=step), rng)

    def _mixed(self, batch: Batch, rng: np.random.Generator) -> Batch:
        recipe = self.recipe
        if (recipe.mixup or recipe.cutblur) and batch.told:
            raise BadInputError(
                f"Mixed pictures have no one level, and {recipe.net} is told it. Set mixup and cutblur to 0."
            )
        if recipe.mixup and rng.random() < recipe.mixup:
            clean, degraded = mixup(batch.clean, batch.degraded, rng=rng)
            batch = replace(batch, clean=clean, degraded=degraded)
        if recipe.cutblur and rng.random() < recipe.cutblur:
            batch = replace(batch, degraded=cutblur(batch.clean, batch.degraded, rng=rng))
        return batch

    def _random(self, step: int) -> tuple[np.random.Generator, torch.Generator]:
        """What the crops and the noise of `step` are drawn from."""
        seed = self.recipe.seed
        # One device draws what it always drew; several draw apart from it and from one another.
        rng = np.random.default_rng((seed, step) if self.ranks == 1 else (seed, step, 2, self.rank))
        return rng, torch.Generator(self.device).manual_seed(int(rng.integers(2**62)))

    def held_out(self, index: int, *, side: int) -> Batch:
        """One crop, degraded; a function of the seed and `index` alone."""
        # The third number sets these pairs apart from every step's.
        rng = np.random.default_rng((self.recipe.seed, index, 1))
        noise = torch.Generator(self.device).manual_seed(int(rng.integers(2**62)))
        crops = self.data.crops(1, side, rng=rng)
        return self._finish(crops.clean, crops.degraded, rng=rng, noise=noise)

    def _finish(
        self,
        clean: Float[Tensor, "b c h w"],
        degraded: Float[Tensor, "b c _ _"] | None,
        *,
        rng: np.random.Generator,
        noise: torch.Generator,
        step: int | None = None,
    ) -> Batch:
        if degraded is not None:
            if self.recipe.degrade:
                raise BadInputError(
                    "The data has degraded pictures of its own, and the recipe degrades clean ones. Drop one of these."
                )
            maps = {name: _unknown(degraded) for name in self.told}
        elif self.recipe.degrade:
            degraded, maps = _degraded(self.recipe, clean, self.told, rng=rng, noise=noise, step=step)
        else:
            degraded, maps = clean, {name: _unknown(clean) for name in self.told}
        colour = (part.expand(-1, self.recipe.channels, -1, -1) for part in (clean, degraded))
        clean, degraded = (part.contiguous(memory_format=torch.channels_last) for part in colour)
        return Batch(clean=clean, degraded=degraded, told={name: part.contiguous() for name, part in maps.items()})


def told(net: Any) -> tuple[str, ...]:
    """What `net` is told beside the picture."""
    return tuple(name for name in net.inputs if name != "image")


def named_losses(
    losses: Sequence[tuple[float, Any]], restored: Float[Tensor, "b _ h w"], clean: Float[Tensor, "b c h2 w2"]
) -> dict[str, Float[Tensor, ""]]:
    """The weighted losses by their names."""
    if restored.shape[2:] != clean.shape[2:]:
        raise ShapeMismatchError(
            f"The net made {restored.shape[2]}x{restored.shape[3]} pixels where the clean crop has {clean.shape[2]}x"
            f"{clean.shape[3]}. Choose a degradation that shrinks by the net's scale, and by nothing else."
        )
    found: dict[str, Tensor] = {}
    for weight, loss in losses:
        name = LOSSES.name_of(loss)
        value = weight * measure(loss, restored, clean)
        found[name] = found[name] + value if name in found else value
    return found


def _degraded(
    recipe: Recipe,
    clean: Float[Tensor, "b c h w"],
    names: tuple[str, ...],
    *,
    rng: np.random.Generator,
    noise: torch.Generator,
    step: int | None,
) -> tuple[Float[Tensor, "b c _ _"], dict[str, Float[Tensor, "b 1 _ _"]]]:
    """The batch degraded by one of the recipe's degradations, and what it knows of itself of what nets are told."""
    shares = np.array([share for share, _ in recipe.degrade])
    degradation: Any = recipe.degrade[rng.choice(len(shares), p=shares / shares.sum())][1]
    if step is not None:  # held-out crops are degraded as at the end of the run, the same at every step
        degradation = at_place(degradation, step / recipe.steps)
    known = [name for name in names if hasattr(degradation, f"with_{name}")]
    missing = [name for name in names if name not in known]
    if (missing and not recipe.untold) or len(known) > 1:
        name = (missing or known)[0]
        raise BadInputError(
            f"{recipe.net} is told the {WORDS.get(name, name)} of each pixel, which {degradation} does not know. "
            f"Choose a degradation with a `with_{name}`, a net without that input, or untold above 0."
        )
    if not known:
        degraded = degradation(clean, noise)
        return degraded, {name: _unknown(degraded) for name in names}
    degraded, level = getattr(degradation, f"with_{known[0]}")(clean, noise)
    if recipe.untold and rng.random() < recipe.untold:
        level = torch.zeros_like(level)
    return degraded, {name: level if name in known else _unknown(degraded) for name in names}


def _grey(colour: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b 1 h w"]:
    weights = torch.tensor(LUMA).view(1, 3, 1, 1).to(colour.device, non_blocking=True)
    return (colour * weights).sum(dim=1, keepdim=True)


def _unknown(picture: Float[Tensor, "b _ h w"]) -> Float[Tensor, "b 1 h w"]:
    return picture.new_zeros(len(picture), 1, *picture.shape[2:])
