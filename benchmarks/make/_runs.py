"""What the benchmarks of training share: runs of so many steps or minutes, and their score on held-out pictures."""

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from relume.make.data import AbstractData, open_data
from relume.make.recipe import Recipe
from relume.make.regimes._pairs import Pairs, told
from relume.make.run_folder import read_weights
from relume.make.train import Options, Progress, train

SIDE = 128
SKIPPED = 77  # the exit code that `make bench` takes for "not here"


def options(description: str, *, steps: int) -> argparse.ArgumentParser:
    """The options that all of them have."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=Path, help="holds the recipe's folders, or train/ with them in it")
    parser.add_argument("--out", type=Path, default=Path("runs/benchmark"), help="where the runs go")
    parser.add_argument("--steps", type=int, default=steps, help="of each run")
    parser.add_argument("--minutes", type=float, help="of each run, instead of --steps; measured first")
    return parser


def read(parser: argparse.ArgumentParser, *needed: str) -> argparse.Namespace:
    """The arguments; where one that is needed was not given, a line says so and the script ends as skipped."""
    arguments = parser.parse_args()
    if missing := [f"--{name}" for name in ("data", *needed) if getattr(arguments, name) is None]:
        print(f"This needs {' and '.join(missing)}; see --help.")
        sys.exit(SKIPPED)
    if (arguments.data / "train").is_dir():
        arguments.data /= "train"
    return arguments


def sized(recipe: Recipe, arguments: argparse.Namespace, *, init: Path | None = None) -> Recipe:
    """The recipe with the steps that were asked for, or as many as take so many minutes here."""
    if arguments.minutes is None:
        return replace(recipe, steps=arguments.steps)
    trial = arguments.out / f"trial-{recipe.name}-{time.time_ns()}"
    steps, marks = 30, list[float]()
    # As long as the real run in proportion: its last phase is slower than its first.
    marker = Options(save_every_minutes=1e9, stepped=lambda step, crops: marks.append(time.monotonic()))
    train(replace(recipe, steps=steps), data=arguments.data, out=trial, init=init, options=marker)
    return replace(recipe, steps=max(10, int(arguments.minutes * 60 * (steps - 5) / (marks[-1] - marks[4]))))


def run(recipe: Recipe, arguments: argparse.Namespace, name: str, *, init: Path | None = None) -> Path:
    """The finished run of that name; one that is there already is gone on with."""
    out = arguments.out / name

    def report(progress: Progress) -> None:
        told_so_far = "" if progress.psnr is None else f", {progress.psnr:.2f} dB"
        left = progress.seconds_left / 60
        print(f"  {name}: {progress.step} of {progress.steps}{told_so_far}, {left:.0f} min left", flush=True)

    resume = (out / "state.pt").exists()
    train(recipe, data=arguments.data, out=out, resume=resume, init=init, options=Options(report=report))
    return out


def held_out(recipe: Recipe, data: Path) -> AbstractData:
    """The pictures of the recipe that no run sees."""
    opened = open_data(data, recipe.data, shares=recipe.shares, layout=recipe.layout, channels=recipe.channels)
    return opened.split()[1]


@torch.no_grad()
def scores(run_folder: Path, pictures: AbstractData, recipe: Recipe, *, count: int = 48) -> tuple[float, float]:
    """Mean PSNR in dB of the input and of the result, clipped, on the same crops for every run of one `recipe`."""
    own, weights = read_weights(run_folder)
    net: Any = own.new_net()
    net.load_state_dict(weights)
    net.eval()
    pairs = Pairs(recipe=recipe, data=pictures, told=told(net))
    before, after = [], []
    for index in range(count):
        batch = pairs.held_out(index, side=SIDE)
        restored = net(*batch.inputs(net))[:, : batch.clean.shape[1]]
        before.append(_psnr(batch.degraded, batch.clean))
        after.append(_psnr(restored, batch.clean))
    return sum(before) / count, sum(after) / count


def table(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    """A markdown table on stdout."""
    print(f"\n| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for row in rows:
        print("| " + " | ".join(f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in row) + " |")


def _psnr(picture: torch.Tensor, clean: torch.Tensor) -> float:
    error = (picture.clamp(0, 1).double() - clean).square().mean().clamp(min=1e-10)
    return float(-10 * error.log10())
