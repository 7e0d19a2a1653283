"""The training loop: one process, exact resume, stops in time."""

import dataclasses
import json
import math
import signal
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from lightning.fabric import Fabric
from safetensors.torch import save_file
from torch import nn

from relume.errors import BadInputError, BadModelError, WriteError
from relume.make.corpus import Corpus
from relume.make.nets import NETS
from relume.make.provenance import provenance
from relume.make.recipe import Recipe
from relume.make.recycle import recycle
from relume.make.regimes import REGIMES
from relume.make.run_folder import read_weights, steps_and_seconds
from relume.make.validate import Validation

LOG_EVERY = 200
VALIDATE_EVERY = 1000

# What a resumed run may change: how fast it learns, never what.
CHANGEABLE = ("steps", "learning_rate", "warmup", "cooldown", "clip", "recycle")


@dataclass(frozen=True)
class Progress:
    """Where a run stands.

    Attributes:
        loss: mean since the last report.
        psnr: of the averaged weights on the held-out pictures, in dB; None where it was not measured at this step.
    """

    step: int
    steps: int
    loss: float
    seconds_per_step: float
    psnr: float | None = None

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
    init: Path | None = None,
    minutes: float | None = None,
    save_every_minutes: float = 5.0,
    report: Callable[[Progress], None] = lambda _: None,
) -> bool:
    """Train `recipe` on the pictures below `data`; True when all its steps are done.

    `out` then holds `recipe.json`, `weights.safetensors` (the moving average), `state.pt` (what a resume needs),
    `log.jsonl` and `provenance.json`. Step i depends on the seed and i alone, so a run that was killed and resumed
    ends with the weights of one that was not. `init` is the folder of a run of the same net whose averaged weights a
    new run begins with. Ctrl-C ends it after a whole step, saved, with a KeyboardInterrupt.
    """
    stop_at = math.inf if minutes is None else time.monotonic() + minutes * 60
    _check_folder(recipe, out, resume=resume)
    corpus, held_out = Corpus.read([data / folder for folder in recipe.data], recipe.shares).split()
    run = Run(recipe, Fabric(accelerator="auto", devices=1, precision=recipe.precision))  # pyright: ignore[reportArgumentType]
    origin = provenance(corpus, held_out)
    if resume:
        run.load(out)
    elif init is not None:
        origin["init"] = run.begin_with(init)
    _introduce(recipe, origin, out=out, step=run.step)
    steps = run.go(corpus, Validation.of(recipe, held_out))
    return _supervise(run, steps, out=out, stop_at=stop_at, save_every=save_every_minutes * 60, report=report)


class Run:
    """The net, its average and its optimiser, and the step that they have reached."""

    def __init__(self, recipe: Recipe, fabric: Fabric) -> None:
        self.recipe, self.fabric, self.step = recipe, fabric, 0
        with torch.random.fork_rng():  # the net draws its first weights from the global generator: leave it as it was
            torch.manual_seed(recipe.seed)
            net: nn.Module = NETS[recipe.net](**recipe.options).to(memory_format=torch.channels_last)
        _check_crops(recipe, net)
        # Fused AdamW is one kernel for all weights: a tenth of a small net's step otherwise.
        optimizer = torch.optim.AdamW(
            net.parameters(),
            lr=recipe.learning_rate,
            betas=recipe.betas,
            weight_decay=recipe.weight_decay,
            fused=True,
        )
        self.net, self.optimizer = fabric.setup(net, optimizer)
        self.average = {name: value.detach().clone() for name, value in self.net.module.state_dict().items()}

    def go(self, corpus: Corpus, validation: Validation | None) -> Any:
        """Does one step each time it is asked for the next item: its loss, and the PSNR where that is due."""
        regime = REGIMES[self.recipe.regime](self.recipe, corpus)
        while self.step < self.recipe.steps:
            loss = self._one(regime)
            due = self.step % VALIDATE_EVERY == 0 or self.step == self.recipe.steps
            yield loss, validation.psnr(self.net.module, self.average) if validation and due else None

    def _one(self, regime: Any) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.rate(self.step)
        self._recycle()
        loss = regime.loss(self.net, self.step, self.fabric.device)
        self._check("loss", reached := float(loss.detach()))
        self.fabric.backward(loss)
        norm = self.fabric.clip_gradients(self.net, self.optimizer, max_norm=self.recipe.clip, error_if_nonfinite=False)
        self._check("gradient's norm", float(norm))  # pyright: ignore[reportArgumentType]
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.step += 1
        # The average starts short, so that it forgets the untrained weights.
        decay = min(self.recipe.ema, self.step / (self.step + 10))
        weights = self.net.module.state_dict()
        for name, value in self.average.items():
            value.lerp_(weights[name], 1 - decay)
        return reached

    def _recycle(self) -> None:
        recipe, step = self.recipe, self.step
        if recipe.recycle and step and step % recipe.recycle == 0 and step < (1 - recipe.cooldown) * recipe.steps:
            rng = torch.Generator().manual_seed(recipe.seed + step)
            recycle(self.net.module, self.optimizer.optimizer, rng)

    def _check(self, what: str, value: float) -> None:
        if not math.isfinite(value):
            raise BadModelError(
                f"The {what} is {value} at step {self.step}; the weights saved last are whole. Resume with a lower "
                "learning_rate, or train in 32-true."
            )

    def save(self, out: Path) -> None:
        """What a resume needs, and the averaged weights; each file is replaced whole or not at all."""
        state = {
            "step": self.step,
            "net": self.net.module.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": self.average,
        }
        _replace(out / "state.pt", lambda part: torch.save(state, part))
        weights = {name: value.contiguous().cpu() for name, value in self.average.items()}
        _replace(out / "weights.safetensors", lambda part: save_file(weights, part))

    def begin_with(self, other: Path) -> dict[str, Any]:
        """Take the averaged weights of another run of the same net; where they came from, for the record."""
        recipe, weights = read_weights(other)
        try:
            self.net.module.load_state_dict(weights)
        except RuntimeError as error:
            raise BadModelError(f"The weights in {other} fit another net than {self.recipe.name!r}. {error}") from error
        self.average = {name: value.detach().clone() for name, value in self.net.module.state_dict().items()}
        origin = other / "provenance.json"
        return {
            "recipe": json.loads(recipe.to_json()),
            "steps": steps_and_seconds(other)[0],
            "provenance": json.loads(origin.read_text()) if origin.exists() else {},
        }

    def load(self, out: Path) -> None:
        """Go back to where the run in `out` was saved last."""
        state = torch.load(out / "state.pt", map_location=self.fabric.device, weights_only=True)
        self.net.module.load_state_dict(state["net"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.average, self.step = state["average"], state["step"]


def _supervise(
    run: Run, steps: Any, *, out: Path, stop_at: float, save_every: float, report: Callable[[Progress], None]
) -> bool:
    """Take the steps; log, report and save now and then, and at the end."""
    saved = marked = time.monotonic()
    losses: list[float] = []
    with _postponed() as asked:
        for loss, psnr in steps:
            losses.append(loss)
            now = time.monotonic()
            if run.step % LOG_EVERY == 0 or run.step == run.recipe.steps:
                progress = Progress(
                    run.step, run.recipe.steps, sum(losses) / len(losses), (now - marked) / len(losses), psnr
                )
                _log(out, progress, rate=run.recipe.rate(run.step))
                report(progress)
                losses, marked = [], now
            if now - saved > save_every:
                run.save(out)
                saved = now
            if now > stop_at or asked:
                break
        run.save(out)
    if asked:
        raise KeyboardInterrupt
    return run.step >= run.recipe.steps


@contextmanager
def _postponed() -> Generator[list[int]]:
    """The signals to stop that came; the first one of them waits for the end of a step, so that what is saved is whole.

    A second one is not kept waiting. Only the main thread may take signals over; in others nothing is postponed.
    """
    asked: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)  # None: not set from Python


def _check_folder(recipe: Recipe, out: Path, *, resume: bool) -> None:
    """Refuse to write over a run, and to resume one with another recipe than its own."""
    if not resume:
        if (out / "state.pt").exists():
            raise BadInputError(f"{out} holds a run already. Continue it with --resume, or choose another folder.")
        return
    if not (out / "state.pt").exists():
        raise BadInputError(f"{out} holds no run to resume: state.pt is missing. Start one without --resume.")
    before = Recipe.from_json((out / "recipe.json").read_text())
    fields = [f.name for f in dataclasses.fields(recipe) if f.name not in CHANGEABLE]
    changed = [name for name in fields if getattr(before, name) != getattr(recipe, name)]
    if changed:
        raise BadInputError(
            f"The run in {out} began with another {' and '.join(changed)}. A resumed run may change only "
            f"{', '.join(CHANGEABLE)}; give the recipe it began with, or choose another folder."
        )


def _check_crops(recipe: Recipe, net: nn.Module) -> None:
    grid: Any = net.multiple_of
    for phase in recipe.phases:
        if phase.crop % grid:
            raise BadInputError(f"{recipe.net} takes sides that are multiples of {grid}, but crop is {phase.crop}.")


def _introduce(recipe: Recipe, origin: dict[str, Any], *, out: Path, step: int) -> None:
    """Write down what runs and where it came from; a resume adds to what stands there and cuts the log to `step`."""
    out.mkdir(parents=True, exist_ok=True)
    if step:
        before = json.loads((out / "provenance.json").read_text())
        if before["data_sha256"] != origin["data_sha256"]:
            raise BadInputError(f"The run in {out} began with other pictures. Give it those, or choose another folder.")
        resumed = {"step": step, "commit": origin["commit"], "packages": origin["packages"]}
        origin = {**before, "resumed": [*before.get("resumed", []), resumed]}
        log = out / "log.jsonl"
        lines = log.read_text().splitlines(keepends=True) if log.exists() else []
        log.write_text("".join(line for line in lines if json.loads(line)["step"] <= step))
    (out / "recipe.json").write_text(recipe.to_json())
    (out / "provenance.json").write_text(json.dumps(origin, indent=2))


def _log(out: Path, progress: Progress, *, rate: float) -> None:
    line = {
        "step": progress.step,
        "loss": round(progress.loss, 6),
        "rate": rate,
        "seconds_per_step": round(progress.seconds_per_step, 4),
        **({} if progress.psnr is None else {"psnr": round(progress.psnr, 3)}),
    }
    with (out / "log.jsonl").open("a") as log:
        log.write(json.dumps(line) + "\n")


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    part = path.with_name(path.name + ".part")
    try:
        write(part)
        part.replace(path)
    except Exception as error:
        part.unlink(missing_ok=True)
        raise WriteError(f"{path} could not be written: {error}. What stood there still stands.") from error
