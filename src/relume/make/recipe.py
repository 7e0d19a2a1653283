"""A recipe: everything that makes a model, as one value that is saved beside what it made."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from relume.errors import BadInputError
from relume.make import _recipe_text
from relume.make.losses import LOSSES
from relume.make.nets import NETS
from relume.make.phase import Phase
from relume.make.regimes import REGIMES

__all__ = ["Phase", "Recipe"]

SCHEDULES = ("linear", "cosine")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What is trained, on what, and how long.

    Attributes:
        task: the task the model serves.
        name: the model's name once it is registered.
        net: an entry of `NETS`; `options` are its arguments, after `channels`.
        channels: 3 for colour (and grey as three equal channels), 1 for grey and medical pictures.
        degrade: what makes a degraded crop of a clean one, with the share of batches that each gets; empty where the
            data has the degraded pictures too, or only them.
        data: folders below the data directory that hold the clean pictures.
        layout: which pictures of a folder are clean and which degraded, an entry of `relume.make.data.LAYOUTS`, perhaps
            with options: `plain` (all clean), `pairs`, `div2k:scale=4`.
        shares: of the crops that each folder gets; empty: a picture is as likely as it is large, wherever it lies.
        losses: the weight and the value of each loss; their weighted sum is minimised.
        regime: what one step does, an entry of `REGIMES` with its options.
        untold: share of batches in which the net is told 0, which stands for "not known", instead of the noise level or
            the quality, so that one model serves with and without it.
        mixup: share of batches whose pictures are faded into one another; for what is about linear.
        cutblur: share of batches that hold clean rectangles in degraded crops and the reverse; at scale 1.
        grey: share of batches that are grey pictures with one noise for all channels, so that one model serves both.
        steps: optimiser steps in all.
        learning_rate: after the first `warmup` steps (at most a tenth of all) and until the cool-down; then it falls to
            zero.
        schedule: how it falls: "linear" or "cosine". The usual cosine is that one with `cooldown=1`.
        cooldown: share of all steps that the cool-down takes. Until it starts, `steps` may still be changed.
        clip: largest norm of the gradient; longer ones are shortened to it.
        betas: of AdamW. A short memory of the gradient's size, as NAFNet's recipe has: with 0.999 the loss of nets
            without normalisation now and then jumps and takes hundreds of steps to come back.
        recycle: steps between two looks for dead units, until the cool-down starts; 0: never.
        ema: decay of the moving average of the weights; the average is what is exported.
        precision: of the forward pass, as Lightning Fabric names it: 32-true, bf16-mixed, 16-mixed.
        compile: whether `torch.compile` is to make kernels of the net; worth its minute on a GPU and long runs.
    """

    task: str
    name: str
    net: str
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    channels: int = 3
    degrade: tuple[tuple[float, Any], ...]
    data: tuple[str, ...]
    layout: str = "plain"
    shares: tuple[float, ...] = ()
    losses: tuple[tuple[float, Any], ...] = field(default_factory=lambda: ((1.0, LOSSES["l1"]()),))
    regime: Any = field(default_factory=lambda: REGIMES["supervised"]())  # noqa: PLW0108  (not imported before it is asked for)
    untold: float = 0.0
    mixup: float = 0.0
    cutblur: float = 0.0
    grey: float = 0.0
    phases: tuple[Phase, ...]
    steps: int
    learning_rate: float = 1e-3
    schedule: str = "linear"
    weight_decay: float = 1e-4
    warmup: int = 500
    cooldown: float = 0.5
    clip: float = 0.2
    betas: tuple[float, float] = (0.9, 0.95)
    recycle: int = 0
    ema: float = 0.999
    precision: str = "bf16-mixed"
    compile: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        self._check_phases()
        if self.steps < 1:
            raise BadInputError(f"A recipe takes at least one step, but {self.name!r} has steps={self.steps}.")
        if self.shares and (len(self.shares) != len(self.data) or min(self.shares) <= 0):
            raise BadInputError(
                f"Each folder of {self.name!r} has a share above 0, but its {len(self.data)} have {self.shares}."
            )
        if any(share <= 0 for share, _ in self.degrade):
            raise BadInputError(f"Each degradation of {self.name!r} needs a share above 0.")
        if not self.losses or any(weight <= 0 for weight, _ in self.losses):
            raise BadInputError(f"Each loss of {self.name!r} needs a weight above 0, and there is at least one.")
        if self.schedule not in SCHEDULES:
            raise BadInputError(f"schedule is {' or '.join(SCHEDULES)}, but {self.name!r} has {self.schedule!r}.")
        for name in ("untold", "mixup", "cutblur", "grey", "cooldown"):
            if not 0 <= getattr(self, name) <= 1:
                raise BadInputError(f"{name} is a share from 0 to 1, but {self.name!r} has {getattr(self, name)}.")

    def _check_phases(self) -> None:
        starts = [phase.start for phase in self.phases]
        if not starts or starts[0] != 0 or starts != sorted(set(starts)) or starts[-1] >= 1:
            raise BadInputError(f"Phases start at 0 and go up to below 1, but those of {self.name!r} are {starts}.")
        if any(phase.batch < 1 or phase.crop < 1 for phase in self.phases):
            raise BadInputError(f"A phase has at least one crop of one pixel, but {self.name!r} has {self.phases}.")

    def phase(self, step: int) -> Phase:
        """The phase that `step` belongs to."""
        return max((p for p in self.phases if p.start * self.steps <= step), key=lambda p: p.start)

    def rate(self, step: int) -> float:
        """The learning rate of `step`: warm-up, plateau, fall to zero.

        Reference: Hägele et al., "Scaling Laws and Compute-Optimal Training Beyond Fixed Training Durations",
        NeurIPS 2024; the cosine is that of Loshchilov & Hutter, "SGDR", ICLR 2017.
        """
        left = min(1.0, (self.steps - step) / max(1.0, self.cooldown * self.steps))
        if self.schedule == "cosine":
            left = (1 - math.cos(math.pi * left)) / 2
        # A run cut short by --steps would otherwise end before it has warmed up.
        warmup = max(1, min(self.warmup, self.steps // 10))
        return self.learning_rate * min(1.0, (step + 1) / warmup, left)

    def new_net(self) -> nn.Module:
        """The untrained net, its first weights drawn from the seed; the global generator is left as it was."""
        with torch.random.fork_rng():  # layers draw their first weights from the global generator
            torch.manual_seed(self.seed)
            return NETS[self.net](self.channels, **self.options)

    def to_json(self) -> str:
        """This recipe as JSON; `from_json` reads it back to an equal value."""
        return _recipe_text.write(self)

    @classmethod
    def from_json(cls, text: str, *, source: object = "The text") -> "Recipe":
        """The recipe that `to_json` wrote; `source` is what errors call it."""
        return cls(**_recipe_text.read(text, cls, source=source))

    def changed(self, settings: Mapping[str, str]) -> "Recipe":
        """A copy with `field=value` settings, values read as JSON where they can be (`--set steps=2000`).

        A part of a field follows a dot: `options.width=32`, `regime.weight=0.5`. Losses are written `l1,0.1*ssim`, a
        regime by its name.
        """
        return _recipe_text.change(self, settings)
