"""What a finished or stopped run left in its folder, and what a model made of one still holds."""

import itertools
import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional

from relume.errors import BadInputError, BadModelError
from relume.extras import need
from relume.make.recipe import Recipe
from relume.run.manifest import Manifest
from relume.run.store import Store


def read_weights(run: Path, *, like: Recipe | None = None) -> tuple[Recipe, dict[str, Tensor]]:
    """The recipe of a run folder and its averaged weights; or those of a model.

    A model is a folder with a manifest or, where `like` says for which task and scale, a name of `relume models list`.
    Its weights are in half precision.
    """
    if like is not None and not run.exists() and len(run.parts) == 1:
        run = _named(str(run), like) or run
    if (run / "manifest.json").is_file():
        return _of_model(run)
    for name in ("recipe.json", "weights.safetensors"):
        if not (run / name).is_file():
            raise BadInputError(
                f"{run} is no run folder: {name} is missing. Give the --out of a `relume train`, or a model."
            )
    return Recipe.from_json((run / "recipe.json").read_text()), load_file(run / "weights.safetensors")


def _named(name: str, like: Recipe) -> Path | None:
    """The folder of a model; a filter has none."""
    return Store().get(like.task, name, scale=getattr(like.new_net(), "scale", None)).folder


def _of_model(folder: Path) -> tuple[Recipe, dict[str, Tensor]]:
    onnx: Any = need("onnx", extra="train")
    manifest = Manifest.read(folder / "manifest.json")
    if not manifest.recipe or "fp32" not in manifest.precisions:
        raise BadInputError(f"The model in {folder} does not say by which recipe it was made. Give a run's folder.")
    recipe = Recipe.from_json(json.dumps(manifest.recipe), source=folder / "manifest.json")
    graph = onnx.load(str(folder / manifest.precisions["fp32"].file)).graph
    arrays = {tensor.name.removesuffix(".half"): onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
    found = {name: torch.tensor(array).float() for name, array in arrays.items()}
    for node in graph.node:  # weights that were rearranged go by the name of their bias
        if node.op_type == "Conv" and len(node.input) == 3 and node.input[2].endswith(".bias"):
            found.setdefault(node.input[2].removesuffix("bias") + "weight", found[node.input[1]])
    wanted = recipe.new_net().state_dict()
    fitting = {name: _fitting(found.get(name), value) for name, value in wanted.items()}
    if missing := [name for name, value in fitting.items() if value is None]:
        raise BadModelError(
            f"The model in {folder} no longer holds {missing[0]} of {recipe.net}: it was folded into other weights "
            "when it was exported. Give the folder of the run that made it."
        )
    return recipe, {name: value for name, value in fitting.items() if value is not None}


def _fitting(value: Tensor | None, wanted: Tensor) -> Tensor | None:
    """The value in the shape that is wanted: the first layer on unshuffled pixels is stored as one on plain ones."""
    if value is not None and value.ndim == 4 and value.shape[2:] == tuple(2 * side for side in wanted.shape[2:]):
        value = functional.pixel_unshuffle(value, 2)
    return None if value is None or value.shape != wanted.shape else value.to(wanted.dtype)


def steps_and_seconds(run: Path) -> tuple[int, float]:
    """Steps done and seconds they took, by the run's log."""
    path = run / "log.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    steps = [0, *(line["step"] for line in lines)]
    taken = [line["seconds_per_step"] for line in lines]
    pairs = zip(itertools.pairwise(steps), taken, strict=True)
    return steps[-1], sum(max(0, after - before) * each for (before, after), each in pairs)
