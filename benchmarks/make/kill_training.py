"""Killed with -9 in the middle and resumed, does a run end as an undisturbed one, bit by bit?

    python benchmarks/make/kill_training.py --data DATA/train --steps 300 --kills 3

Each run is a process of its own; it is killed at a random moment after its first save, and resumed.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import _runs
import torch
from safetensors.torch import load_file


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--out", type=Path, help="a temporary folder when not given")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--recipe", default="denoise_fast")
    parser.add_argument("--set", action="append", default=[], help="as of `relume train`, say regime=adversarial")
    parser.add_argument("--seed", type=int, default=0)
    arguments = _runs.read(parser)
    if arguments.out is None:
        with tempfile.TemporaryDirectory() as scratch:
            arguments.out = Path(scratch)
            sys.exit(not undisturbed(arguments))
    sys.exit(not undisturbed(arguments))


def undisturbed(arguments: argparse.Namespace) -> bool:
    """Prints where it was killed; True when both runs end with equal weights."""
    whole, torn = arguments.out / "whole", arguments.out / "torn"
    started = time.monotonic()
    subprocess.run(_command(arguments, whole), check=True)
    seconds = time.monotonic() - started
    rng = random.Random(arguments.seed)
    rows = [_killed(arguments, torn, after=rng.uniform(0.3, 0.9) * seconds) for _ in range(arguments.kills)]
    resume = ["--resume"] if (torn / "state.pt").exists() else []
    subprocess.run([*_command(arguments, torn), *resume], check=True)
    print("\n| kill | saved step |\n|---|---|")
    for number, step in enumerate(rows, 1):
        print(f"| {number} | {step} |")
    one, other = (load_file(run / "weights.safetensors") for run in (whole, torn))
    equal = one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)
    print(f"\n{len(one)} tensors, bit by bit {'equal' if equal else 'NOT EQUAL'}")
    return equal


def _killed(arguments: argparse.Namespace, out: Path, *, after: float) -> int:
    """Start or resume, kill after so many seconds; the step that was saved."""
    resume = ["--resume"] if (out / "state.pt").exists() else []
    process = subprocess.Popen([*_command(arguments, out), *resume])
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    return torch.load(out / "state.pt", weights_only=True)["step"] if (out / "state.pt").exists() else 0


def _command(arguments: argparse.Namespace, out: Path) -> list[str]:
    settings = [word for setting in arguments.set for word in ("--set", setting)]
    words = ["train", arguments.recipe, "--data", str(arguments.data), "--out", str(out), "--save-every", "0.02"]
    return [sys.executable, "-m", "relume", *words, "--steps", str(arguments.steps), *settings]


if __name__ == "__main__":
    main()
