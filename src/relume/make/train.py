"""The training loop: one process, exact resume, stops in time."""

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from lightning.fabric import Fabric
from safetensors.torch import load_file, save_file
from torch import nn

from relume.errors import BadInputError, BadModelError
from relume.make.corpus import Corpus
from relume.make.nets import NETS
from relume.make.recipe import Recipe
from relume.make.regimes import REGIMES
from relume.make.provenance import provenance

LOG_EVERY = 200


@dataclass(frozen=True)
class Progress:
    """Where a run stands."""

    step: int
    steps: int
    loss: float
    seconds_per_step: float

    @property
    def seconds_left(self) -> float:
        """At the present speed."""
        return (self.steps - self.step) * self.seconds_per_step


def train(
    recipe: Recipe,
    *,
    data: Path,
    out: Path,
    resume: bool = False,
    minutes: float | None = None,
    save_every_minutes: float = 5.0,
    report: Callable[[Progress], None] = lambda _: None,
) -> bool:
    """Train `recipe` on the pictures below `data`; True when all its steps are done.

    `out` then holds `recipe.json`, `weights.safetensors` (the moving average), `state.pt` (what a resume needs), `log.jsonl`
    and `provenance.json`. Step i depends on the seed and i alone, so a run that was killed and resumed ends
    with the weights of one that was not.
    """
    corpus, held_out = Corpus.read([data / folder for folder in recipe.data]).split()
    fabric = Fabric(accelerator="auto", devices=1, precision=recipe.precision)  # pyright: ignore[reportArgumentType]
    run = _Run(recipe, fabric)
    out.mkdir(parents=True, exist_ok=True)
    if resume:
        run.load(out)
    elif (out / "state.pt").exists():
        raise BadInputError(f"{out} holds a run already. Continue it with --resume, or choose another folder.")
    (out / "recipe.json").write_text(recipe.to_json())
    (out / "provenance.json").write_text(json.dumps(provenance(corpus, held_out), indent=2))
    return run.go(corpus, out=out, minutes=minutes, save_every=save_every_minutes * 60, report=report)


class _Run:
    def __init__(self, recipe: Recipe, fabric: Fabric) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.fabric, self.step = recipe, fabric, 0
        net: nn.Module = NETS[recipe.net](**recipe.options).to(memory_format=torch.channels_last)
        # Fused AdamW is one kernel for all weights: a tenth of a small net's step otherwise.
        optimizer = torch.optim.AdamW(
            net.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True
        )
        self.net, self.optimizer = fabric.setup(net, optimizer)
        self.average = {name: value.detach().clone() for name, value in self.net.module.state_dict().items()}

    def go(
        self, corpus: Corpus, *, out: Path, minutes: float | None, save_every: float, report: Callable[[Progress], None]
    ) -> bool:
        regime = REGIMES[self.recipe.regime](self.recipe, corpus)
        began = saved = marked = time.monotonic()
        total, counted = 0.0, 0
        while self.step < self.recipe.steps:
            total, counted = total + self._one(regime), counted + 1
            now = time.monotonic()
            if counted == LOG_EVERY or self.step == self.recipe.steps:
                progress = Progress(self.step, self.recipe.steps, total / counted, (now - marked) / counted)
                self._log(out, progress)
                report(progress)
                total, counted, marked = 0.0, 0, now
            if now - saved > save_every:
                self.save(out)
                saved = now
            if minutes is not None and now - began > minutes * 60:
                break
        self.save(out)
        return self.step >= self.recipe.steps

    def _one(self, regime: Any) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.rate(self.step)
        loss = regime.loss(self.net, self.step, self.fabric.device)
        value = float(loss.detach())
        if not math.isfinite(value):
            raise BadModelError(f"The loss is {value} at step {self.step}. Lower learning_rate, or train in 32-true.")
        self.fabric.backward(loss)
        self.fabric.clip_gradients(self.net, self.optimizer, max_norm=self.recipe.clip)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.step += 1
        # The average starts short, so that it forgets the untrained weights.
        decay = min(self.recipe.ema, self.step / (self.step + 10))
        weights = self.net.module.state_dict()
        torch._foreach_lerp_(list(self.average.values()), [weights[n] for n in self.average], 1 - decay)  # noqa: SLF001
        return value

    def save(self, out: Path) -> None:
        state = {
            "step": self.step,
            "net": self.net.module.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": self.average,
        }
        _replace(out / "state.pt", lambda part: torch.save(state, part))
        weights = {name: value.contiguous().cpu() for name, value in self.average.items()}
        _replace(out / "weights.safetensors", lambda part: save_file(weights, part))

    def load(self, out: Path) -> None:
        if not (out / "state.pt").exists():
            raise BadInputError(f"{out} holds no run to resume: state.pt is missing. Start one without --resume.")
        state = torch.load(out / "state.pt", map_location=self.fabric.device, weights_only=True)
        self.net.module.load_state_dict(state["net"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.average, self.step = state["average"], state["step"]

    def _log(self, out: Path, progress: Progress) -> None:
        line = {
            "step": progress.step,
            "loss": round(progress.loss, 6),
            "rate": self.recipe.rate(progress.step),
            "seconds_per_step": round(progress.seconds_per_step, 4),
        }
        with (out / "log.jsonl").open("a") as log:
            log.write(json.dumps(line) + "\n")


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    part = path.with_name(path.name + ".part")
    write(part)
    part.replace(path)
