"""What a finished or stopped run left in its folder."""

import itertools
import json
from pathlib import Path

from safetensors.torch import load_file
from torch import Tensor

from relume.errors import BadInputError
from relume.make.recipe import Recipe


def read_weights(run: Path) -> tuple[Recipe, dict[str, Tensor]]:
    """The recipe of a run folder and its averaged weights."""
    for name in ("recipe.json", "weights.safetensors"):
        if not (run / name).is_file():
            raise BadInputError(f"{run} is no run folder: {name} is missing. Give the --out of a `relume train`.")
    return Recipe.from_json((run / "recipe.json").read_text()), load_file(run / "weights.safetensors")


def steps_and_seconds(run: Path) -> tuple[int, float]:
    """Steps done and seconds they took, by the run's log."""
    path = run / "log.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    steps = [0, *(line["step"] for line in lines)]
    taken = [line["seconds_per_step"] for line in lines]
    pairs = zip(itertools.pairwise(steps), taken, strict=True)
    return steps[-1], sum(max(0, after - before) * each for (before, after), each in pairs)
