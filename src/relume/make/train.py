"""The training loop: exact resume, stops in time, skips what is no number."""

import dataclasses
import math
import signal
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from lightning.fabric import Fabric

from relume.errors import BadInputError
from relume.make.data import Reading, Skipped, open_data
from relume.make.journal import Journal, Progress
from relume.make.provenance import provenance
from relume.make.recipe import Recipe
from relume.make.run import Figures, Run
from relume.make.validate import Validation

__all__ = ["Options", "Progress", "train"]

LOG_EVERY = 200
VALIDATE_EVERY = 1000
CHECK_EVERY = 50  # steps of a GPU between two looks at what it counted: each look waits for it
SHOWN = 4  # held-out crops in TensorBoard's grid

# What a resumed run may change: how fast it learns, never what.
CHANGEABLE = ("steps", "learning_rate", "schedule", "warmup", "cooldown", "clip", "recycle", "compile")


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a run is done, none of which changes what is learned but for the number of devices.

    Attributes:
        minutes: stop after so long, saved.
        save_every_minutes: between two saves of the state.
        devices: GPUs, or processes on the CPU, that share each batch; None: all GPUs there are, or one process.
        accelerator: cpu, cuda, mps or auto.
        events: whether to write curves and pictures for TensorBoard into `RUN/events`.
        report: is told where the run stands now and then.
        stepped: is told the number of each step that is done, and how many crops it took.
        left_out: is told, before the first step, each broken picture that `reading` has skipped.
    """

    minutes: float | None = None
    save_every_minutes: float = 5.0
    devices: int | None = None
    accelerator: str = "auto"
    events: bool = False
    report: Callable[[Progress], None] = lambda _: None
    stepped: Callable[[int, int], None] = lambda step, crops: None
    left_out: Callable[[Skipped], None] = lambda _: None


def train(
    recipe: Recipe,
    *,
    data: Path,
    out: Path,
    resume: bool = False,
    init: Path | None = None,
    reading: Reading | None = None,
    options: Options | None = None,
) -> bool:
    """Train `recipe` on the pictures below `data`; True when all its steps are done.

    `out` then holds `recipe.json`, `weights.safetensors` (the moving average), `state.pt` (what a resume needs),
    `log.jsonl` and `provenance.json`. Step i depends on the seed and i alone, so a run that was killed and resumed
    ends with the weights of one that was not. `init` is the folder of a run of the same net, or a model's folder or
    name, whose averaged weights a new run begins with. `reading` says how pictures are read, and what becomes of broken
    ones. Ctrl-C ends it after a whole step, saved, with a KeyboardInterrupt.
    """
    options = options or Options()
    stop_at = math.inf if options.minutes is None else time.monotonic() + options.minutes * 60
    _check_folder(recipe, out, resume=resume)
    fabric = _fabric(recipe, options)
    corpus, held_out = open_data(
        data, recipe.data, shares=recipe.shares, layout=recipe.layout, channels=recipe.channels, reading=reading
    ).split()
    if fabric.is_global_zero:
        for skipped in corpus.skipped:
            options.left_out(skipped)
    run = Run(recipe, corpus, fabric)
    origin = provenance(corpus, held_out, window=(reading or Reading()).window)
    if resume:
        run.load(out)
    elif init is not None:
        origin["init"] = run.begin_with(init)
    journal = Journal(out, events=options.events)
    if fabric.is_global_zero:
        journal.begin(recipe, origin, step=run.step)
    try:
        watch = Watch(run, Validation.of(recipe, held_out, net=run.average.net), journal, options)
        return watch.go(stop_at)
    finally:
        journal.close()


@dataclass(kw_only=False)
class Watch:
    """Lets a run do its steps; looks at it now and then, and saves it."""

    run: Run
    validation: Validation | None
    journal: Journal
    options: Options
    sums: dict[str, torch.Tensor] = field(default_factory=dict[str, torch.Tensor])
    since: int = 0  # steps in `sums`
    marked: float = field(default_factory=time.monotonic)
    saved: float = field(default_factory=time.monotonic)

    def go(self, stop_at: float) -> bool:
        """All steps that are left, or those that can be done in time; True when none is left."""
        run = self.run
        with _postponed() as asked:
            for figures in run.steps():
                self._add(figures)
                self.options.stepped(run.step, run.recipe.phase(run.step - 1).batch)
                sound = self._look()
                if sound and time.monotonic() - self.saved > self.options.save_every_minutes * 60:
                    self._save()
                if self._agreed(stop=time.monotonic() > stop_at or bool(asked)):
                    break
            run.check()
            self._save()
        if asked:
            raise KeyboardInterrupt
        return run.step >= run.recipe.steps

    def _add(self, figures: Figures) -> None:
        """Means are summed on the device; a step that was left out does not spoil them."""
        for name, value in figures.items():
            finite = value.float().nan_to_num(0.0, 0.0, 0.0)  # not double, which Apple's GPUs have not
            self.sums[name] = self.sums[name] + finite if name in self.sums else finite
        self.since += 1

    def _look(self) -> bool:
        """Log and validate where that is due; whether the run is known to be sound, and so worth saving."""
        run, last = self.run, self.run.step == self.run.recipe.steps
        logged = run.step % LOG_EVERY == 0 or last
        if not logged and run.fabric.device.type != "cpu" and run.step % CHECK_EVERY:
            return False
        sound = run.check()
        psnr = self._validate() if run.step % VALIDATE_EVERY == 0 or last else None
        if logged:
            self._log(psnr)
        return sound

    def _log(self, psnr: float | None) -> None:
        run, now = self.run, time.monotonic()
        means = {name: float(total) / self.since for name, total in self.sums.items()}
        seconds = (now - self.marked) / self.since
        batch = run.recipe.phase(run.step - 1).batch
        progress = Progress(
            step=run.step,
            steps=run.recipe.steps,
            loss=means.pop("loss"),
            parts=means,
            seconds_per_step=seconds,
            images_per_second=batch / seconds,
            psnr=psnr,
            skipped=int(run.health.skipped),
        )
        if run.fabric.is_global_zero:
            self.journal.note(progress, rate=run.recipe.rate(run.step))
            self.options.report(progress)
        self.sums, self.since, self.marked = {}, 0, now

    def _validate(self) -> float | None:
        if self.validation is None or not self.run.fabric.is_global_zero:
            return None
        restored = self.validation.restored(self.run.average.net)
        if self.journal.events:
            columns = (self.validation.inputs[0], restored, self.validation.clean)
            self.journal.events.pictures("held out", *(part[:SHOWN] for part in columns), step=self.run.step)
        return self.validation.psnr(restored)

    def _save(self) -> None:
        if self.run.fabric.is_global_zero:
            self.run.save(self.journal.out)
        self.saved = time.monotonic()

    def _agreed(self, *, stop: bool) -> bool:
        """Whether to stop: several devices must do so after the same step, so they ask one another now and then."""
        fabric = self.run.fabric
        if fabric.world_size == 1:
            return stop
        if self.run.step % 10:
            return False
        told: Any = fabric.all_reduce(torch.tensor(float(stop), device=fabric.device), reduce_op="sum")
        return float(told) > 0


def _fabric(recipe: Recipe, options: Options) -> Fabric:
    """One device, or several that share each batch."""
    on_cpu = options.accelerator == "cpu" or (options.accelerator == "auto" and not torch.accelerator.is_available())
    if recipe.precision.startswith("16") and on_cpu:
        raise BadInputError(
            f"{recipe.precision} needs a GPU, and this run would be on the CPU. Choose --set precision=bf16-mixed."
        )
    devices = options.devices or (1 if on_cpu else max(1, torch.accelerator.device_count()))
    precision: Any = recipe.precision
    try:
        fabric = Fabric(
            accelerator="cpu" if on_cpu else options.accelerator,
            devices=devices,
            strategy="auto" if devices == 1 else "ddp",
            precision=precision,
        )
    except (ValueError, RuntimeError) as error:
        raise BadInputError(
            f"The run cannot be set up as asked: {error} Choose another --device (auto takes what there is), number of "
            "--devices or precision."
        ) from error
    fabric.launch()
    return fabric


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
    before = Recipe.from_json((out / "recipe.json").read_text(), source=out / "recipe.json")
    fields = [f.name for f in dataclasses.fields(recipe) if f.name not in CHANGEABLE]
    changed = [name for name in fields if getattr(before, name) != getattr(recipe, name)]
    if changed:
        raise BadInputError(
            f"The run in {out} began with another {' and '.join(changed)}. A resumed run may change only "
            f"{', '.join(CHANGEABLE)}; give the recipe it began with, or choose another folder."
        )
