"""A run: the net, its average, its optimiser and its regime, and the step that they have reached."""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from lightning.fabric import Fabric
from safetensors.torch import save_file
from torch import Tensor

from relume.errors import BadInputError, BadModelError, WriteError
from relume.make.average import Average
from relume.make.data import AbstractData
from relume.make.health import Health, clipped
from relume.make.recipe import Recipe
from relume.make.recycle import recycle
from relume.make.run_folder import read_weights, steps_and_seconds

Figures = Mapping[str, Tensor]  # of one step, still on the device: named losses, `loss` being their sum


class Run:
    """Does the recipe's steps on crops of `data`, one after the other. Step i depends on the seed and i alone."""

    def __init__(self, recipe: Recipe, data: AbstractData, fabric: Fabric) -> None:
        self.recipe, self.fabric, self.step = recipe, fabric, 0
        net: Any = recipe.new_net().to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        _check_crops(recipe, net)
        # Fused AdamW is one kernel for all weights, a tenth of a small net's step otherwise; and it can be told on the
        # device to leave a step out.
        optimizer = torch.optim.AdamW(
            [{"params": group} for group in recipe.regime.groups(net)],
            lr=recipe.learning_rate,
            betas=recipe.betas,
            weight_decay=recipe.weight_decay,
            fused=True,
        )
        average = Average(net, decay=recipe.ema)
        if recipe.compile:
            net.compile()
        self.net, self.optimizer = fabric.setup(net, optimizer)
        average.net.to(fabric.device)
        self.average = average
        self.learner = recipe.regime.begin(recipe, data, self.net, fabric)
        self.health = Health(fabric.device, precision=recipe.precision)

    def steps(self) -> Iterator[Figures]:
        """Does one step each time it is asked for the next item."""
        while self.step < self.recipe.steps:
            yield self._one()

    def _one(self) -> Figures:
        for group, factor in zip(self.optimizer.param_groups, self.learner.rates(self.step), strict=True):
            group["lr"] = factor * self.recipe.rate(self.step)
        self._recycle()
        losses = self.learner.losses(self.step)
        loss = torch.stack(list(losses.values())).sum()
        self.fabric.backward(loss)
        norm = clipped(self.fabric, self.optimizer, most=self.recipe.clip)
        self.health.judge(self.optimizer.optimizer, loss, norm)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        after = self.learner.after(self.step)
        self.step += 1
        self.average.follow(self.net.module, self.step)
        parts = losses if len(losses) > 1 else {}
        return {"loss": loss.detach(), **{name: part.detach() for name, part in {**parts, **after}.items()}}

    def check(self) -> bool:
        """Whether all that learns was sound in the last step; raises when it was not for long. Waits for the device."""
        sound = self.health.check(self.step)
        return self.learner.sound(self.step) and sound

    def _recycle(self) -> None:
        recipe, step = self.recipe, self.step
        if recipe.recycle and step and step % recipe.recycle == 0 and step < (1 - recipe.cooldown) * recipe.steps:
            rng = torch.Generator().manual_seed(recipe.seed + step)
            recycle(self.net.module, self.optimizer.optimizer, rng)

    def save(self, out: Path) -> None:
        """What a resume needs, and the averaged weights; each file is replaced whole or not at all."""
        state = {
            "step": self.step,
            "net": self.net.module.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": self.average.net.state_dict(),
            "regime": self.learner.state(),
            "precision": self.fabric.strategy.precision.state_dict(),
        }
        replace_file(out / "state.pt", lambda part: torch.save(state, part))
        weights = {name: value.contiguous().cpu() for name, value in self.average.net.state_dict().items()}
        replace_file(out / "weights.safetensors", lambda part: save_file(weights, part))

    def load(self, out: Path) -> None:
        """Go back to where the run in `out` was saved last."""
        try:
            state = torch.load(out / "state.pt", map_location=self.fabric.device, weights_only=True)
            self.net.module.load_state_dict(state["net"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.average.net.load_state_dict(state["average"])
            # Runs of version 0.1 have no more than that.
            self.learner.load(state.get("regime", {}))
            self.fabric.strategy.precision.load_state_dict(state.get("precision", {}))
            self.step = state["step"]
        except (RuntimeError, ValueError, KeyError, EOFError, OSError) as error:
            raise BadModelError(
                f"{out / 'state.pt'} is broken, or of another net: {error}. Begin a new run with --init {out}, which "
                "takes its averaged weights."
            ) from error

    def begin_with(self, other: Path) -> dict[str, Any]:
        """Take the averaged weights of another run or a model of the same net; where they came from, for the record."""
        recipe, weights = read_weights(other, like=self.recipe)
        try:
            self.net.module.load_state_dict(weights)
        except RuntimeError as error:
            raise BadModelError(f"The weights in {other} fit another net than {self.recipe.name!r}. {error}") from error
        self.average.take(self.net.module)
        origin = other / "provenance.json"
        return {
            "recipe": json.loads(recipe.to_json()),
            "steps": steps_and_seconds(other)[0],
            "provenance": json.loads(origin.read_text()) if origin.exists() else {},
        }


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make a file beside `path`, then put it there; what stood there stands until the new one is whole."""
    part = path.with_name(path.name + ".part")
    try:
        write(part)
        with part.open("rb+") as file:
            os.fsync(file.fileno())  # a rename may reach the disk before the bytes do
        part.replace(path)
    except Exception as error:
        part.unlink(missing_ok=True)
        free = shutil.disk_usage(path.parent).free
        raise WriteError(
            f"{path} could not be written: {error}. What stood there still stands. {free / 1e6:.0f} MB are free there: "
            "make room, then go on with --resume."
        ) from error


def _check_crops(recipe: Recipe, net: Any) -> None:
    grid = net.multiple_of * net.scale
    for phase in recipe.phases:
        if phase.crop % grid:
            raise BadInputError(f"{recipe.net} takes sides that are multiples of {grid}, but crop is {phase.crop}.")
