"""A recipe: everything that makes a model, as one value that is saved beside what it made."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from relume.degrade import build, describe
from relume.errors import BadInputError, UnknownOptionError


@dataclass(frozen=True, kw_only=True)
class Phase:
    """From `start` (a share of all steps) on, batches of `batch` crops of `crop` pixels a side."""

    start: float
    batch: int
    crop: int


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What is trained, on what, and how long.

    Attributes:
        task: the task the model serves.
        name: the model's name once it is registered.
        net: an entry of `NETS`; `options` are its arguments.
        degrade: what makes a degraded crop of a clean one, with the share of batches that each gets.
        data: folders below the data directory that hold the clean pictures.
        shares: of the crops that each folder gets; empty: a picture is as likely as it is large, wherever it lies.
        steps: optimiser steps in all.
        learning_rate: after the first `warmup` steps and until the cool-down; then it falls evenly to zero.
        cooldown: share of all steps that the cool-down takes. Until it starts, `steps` may still be changed.
        grey: share of batches that are grey pictures with one noise for all channels, so that one model serves both.
        clip: largest norm of the gradient; longer ones are shortened to it.
        betas: of AdamW. A short memory of the gradient's size, as NAFNet's recipe has: with 0.999 the loss of nets
            without normalisation now and then jumps and takes hundreds of steps to come back.
        recycle: steps between two looks for dead units, until the cool-down starts; 0: never.
        ema: decay of the moving average of the weights; the average is what is exported.
        precision: of the forward pass, as Lightning Fabric names it.
    """

    task: str
    name: str
    net: str
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    degrade: tuple[tuple[float, Any], ...]
    data: tuple[str, ...]
    shares: tuple[float, ...] = ()
    loss: str = "l1"
    regime: str = "supervised"
    phases: tuple[Phase, ...]
    steps: int
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    warmup: int = 500
    cooldown: float = 0.5
    clip: float = 0.2
    betas: tuple[float, float] = (0.9, 0.95)
    recycle: int = 0
    grey: float = 0.0
    ema: float = 0.999
    precision: str = "bf16-mixed"
    seed: int = 0

    def __post_init__(self) -> None:
        starts = [phase.start for phase in self.phases]
        if not starts or starts[0] != 0 or starts != sorted(set(starts)) or starts[-1] >= 1:
            raise BadInputError(f"Phases start at 0 and go up to below 1, but those of {self.name!r} are {starts}.")
        if any(phase.batch < 1 or phase.crop < 1 for phase in self.phases):
            raise BadInputError(f"A phase has at least one crop of one pixel, but {self.name!r} has {self.phases}.")
        if self.steps < 1:
            raise BadInputError(f"A recipe takes at least one step, but {self.name!r} has steps={self.steps}.")
        if self.shares and (len(self.shares) != len(self.data) or min(self.shares) <= 0):
            raise BadInputError(
                f"Each folder of {self.name!r} has a share above 0, but its {len(self.data)} have {self.shares}."
            )
        if not self.degrade or any(share <= 0 for share, _ in self.degrade):
            raise BadInputError(f"Each degradation of {self.name!r} needs a share above 0, and there is at least one.")

    def phase(self, step: int) -> Phase:
        """The phase that `step` belongs to."""
        return max((p for p in self.phases if p.start * self.steps <= step), key=lambda p: p.start)

    def rate(self, step: int) -> float:
        """The learning rate of `step`: warm-up, plateau, linear fall to zero.

        Reference: Hägele et al., "Scaling Laws and Compute-Optimal Training Beyond Fixed Training Durations",
        NeurIPS 2024.
        """
        left = (self.steps - step) / max(1.0, self.cooldown * self.steps)
        return self.learning_rate * min(1.0, (step + 1) / max(1, self.warmup), left)

    def to_json(self) -> str:
        """This recipe as JSON; `from_json` reads it back to an equal value."""
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        plain["phases"] = [dataclasses.asdict(phase) for phase in self.phases]
        plain["degrade"] = [[share, describe(degradation)] for share, degradation in self.degrade]
        return json.dumps(plain, indent=2)

    @classmethod
    def from_json(cls, text: str) -> "Recipe":
        """The recipe that `to_json` wrote."""
        plain = json.loads(text)
        known = [f.name for f in dataclasses.fields(cls)]
        for name in plain:
            if name not in known:
                raise UnknownOptionError("A recipe", name, known)
        plain["phases"] = tuple(Phase(**phase) for phase in plain["phases"])
        plain["degrade"] = tuple((share, build(spec)) for share, spec in plain["degrade"])
        plain |= {name: tuple(plain[name]) for name in ("data", "shares", "betas") if name in plain}
        plain["options"] = {name: _frozen(value) for name, value in plain["options"].items()}
        return cls(**plain)

    def changed(self, settings: Mapping[str, str]) -> "Recipe":
        """A copy with `field=value` settings, values read as JSON where they can be (`--set steps=2000`)."""
        known = {f.name: f for f in dataclasses.fields(self)}
        changes: dict[str, Any] = {}
        for name, text in settings.items():
            if name not in known:
                raise UnknownOptionError(f"Recipe {self.name!r}", name, known)
            if name in ("degrade", "phases", "options"):
                raise BadInputError(f"{name} is more than one value: copy the recipe's file and change it there.")
            changes[name] = _read_value(name, text, like=getattr(self, name))
        return dataclasses.replace(self, **changes)


def _read_value(name: str, text: str, *, like: Any) -> Any:
    if isinstance(like, str):
        return text
    if isinstance(like, tuple):
        kind = type(like[0]) if like else str
        return tuple(_read_value(name, part, like=kind()) for part in text.split(","))
    try:
        return type(like)(json.loads(text))
    except (ValueError, TypeError) as error:
        raise BadInputError(f"{name} takes a number like {like}, but came as {text!r}.") from error


def _frozen(value: Any) -> Any:
    """JSON knows no tuples."""
    return tuple(_frozen(part) for part in value) if isinstance(value, list) else value
