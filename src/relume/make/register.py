"""From a run to a model that the store serves: ONNX file, golden pair, manifest."""

import hashlib
import json
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from relume.degrade import Range
from relume.errors import BadInputError
from relume.make._pictures import dead_leaves
from relume.make.evaluate import Evaluation
from relume.make.export import OPSET, example, export, load
from relume.make.halo import measured_halo
from relume.make.recipe import Recipe
from relume.make.run_folder import steps_and_seconds
from relume.run.manifest import Manifest, ModelFile, digest
from relume.run.session.onnx import OnnxSession

GOLDEN_SIGMA = 25 / 255
GOLDEN_QUALITY = 0.3


def register(
    run: Path,
    models: Path,
    *,
    summary: str,
    version: str = "1",
    terms: Mapping[str, str] | None = None,
    licence: str = "Apache-2.0",
    evaluations: Iterable[Evaluation] = (),
    name: str | None = None,
    replace: bool = False,
) -> Path:
    """Export the run folder `run`, and put a model's folder into `models`; gives that folder.

    It holds `model.onnx`, `golden.npz` (a fixed input and its output) and `manifest.json` with the halo as measured,
    the recipe, where the weights came from, and `terms`: under which terms each folder of training pictures stands.
    It is called `name`, or as the recipe is; a model of that name is replaced, whole, only when `replace` says so.
    """
    recipe, net = load(run)
    scale: Any = net.scale
    target = models / f"{recipe.task}-{name or recipe.name}-x{scale}"
    if target.exists() and not replace:
        raise BadInputError(f"{target} holds a model already. Give this one another name, or replace that one.")
    training = _training(run, recipe, dict(terms or {}))
    with tempfile.TemporaryDirectory(prefix=".registering-", dir=_made(models)) as staging:
        ready = Path(staging) / "model"
        ready.mkdir()
        file = export(run, ready / "model.onnx")
        session = OnnxSession(file, device="cpu", threads=1)
        _golden(session, net, ready / "golden.npz")
        manifest = Manifest(
            **_facts(recipe, net, session) | {"name": name or recipe.name},
            version=version,
            summary=summary,
            precisions={"fp32": ModelFile(file="model.onnx", sha256=digest(file))},
            golden=ModelFile(file="golden.npz", sha256=digest(ready / "golden.npz")),
            opset=OPSET,
            training=training,
            recipe=json.loads(recipe.to_json()),
            licence=licence,
        )
        manifest.write(ready / "manifest.json")
        if evaluations:
            add_scores(ready, evaluations)
        if target.exists():
            target.rename(Path(staging) / "old")
        ready.rename(target)
    return target


def add_scores(model: Path, evaluations: Iterable[Evaluation]) -> Manifest:
    """Write measured scores into the manifest of a model's folder; figures of the same setting are replaced."""
    manifest = Manifest.read(model / "manifest.json")
    own = {entry.sha256 for entry in manifest.precisions.values()}
    scores = {(s.data, s.setting, s.metric, s.protocol): s for s in manifest.scores}
    for evaluation in evaluations:
        if evaluation.sha256 not in own:
            raise BadInputError(
                f"The scores on {evaluation.data} were measured with other weights ({evaluation.model}, "
                f"{evaluation.sha256}). Evaluate this model again."
            )
        scores |= {(s.data, s.setting, s.metric, s.protocol): s for s in evaluation.scores()}
    scored = manifest.model_copy(update={"scores": tuple(scores.values())})
    part = model / "manifest.json.part"
    scored.write(part)
    part.replace(model / "manifest.json")
    return scored


def gmac_per_megapixel(net: nn.Module) -> float:
    """Multiplications of convolutions and matrix products for each pixel of the picture, in thousands."""
    grid: Any = net.multiple_of
    side = 16 * grid
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        net(*example(net, 1, side, side))
    return counter.get_total_flops() / 2 / side**2 / 1e3


def _facts(recipe: Recipe, net: nn.Module, session: OnnxSession) -> dict[str, Any]:
    """What the net is, counted and measured."""
    facts: Any = net
    halo = None
    if facts.halo is not None and facts.scale == 1:
        told = next((name for name in facts.inputs if name in ("sigma", "quality")), None)
        halo = measured_halo(
            session, multiple_of=facts.multiple_of, reach=facts.halo, told=told, channels=facts.channels
        )
    return {
        "task": recipe.task,
        "name": recipe.name,
        "inputs": tuple(facts.inputs),
        "channels": facts.channels,
        "scale": facts.scale,
        "multiple_of": facts.multiple_of,
        "halo": facts.halo if halo is None else halo,
        "reach": facts.halo,
        "parameters": sum(parameter.numel() for parameter in net.parameters()),
        "gmac_per_megapixel": round(gmac_per_megapixel(net), 2),
        "sigma_range": _sigma_range(recipe),
    }


def _golden(session: OnnxSession, net: nn.Module, path: Path) -> None:
    """A small noisy picture, and what the model makes of it; tiny, so that it can be checked at every start."""
    grid: Any = net.multiple_of
    facts: Any = net
    side = max(32, 4 * grid)
    clean = dead_leaves(side, side + grid, seed=0)[..., : facts.channels]
    noise = np.random.default_rng(0).standard_normal(clean.shape)
    inputs: dict[str, np.ndarray] = {"image": (clean + GOLDEN_SIGMA * noise).astype(np.float32)[None]}
    for name, level in (("sigma", GOLDEN_SIGMA), ("quality", GOLDEN_QUALITY)):
        if name in facts.inputs:
            inputs[name] = np.full((1, *clean.shape[:2], 1), level, np.float32)
    beside = {name: array for name, array in inputs.items() if name != "image"}
    np.savez_compressed(path, **inputs, restored=session.run(inputs["image"], beside))  # pyright: ignore[reportArgumentType]


def _training(run: Path, recipe: Recipe, terms: dict[str, str]) -> dict[str, Any]:
    """Where the weights came from: pictures and their terms, steps, time, versions."""
    missing = [folder for folder in recipe.data if folder not in terms]
    if terms and missing:
        raise BadInputError(f"The terms of {', '.join(missing)} are missing. State those of every folder trained on.")
    path = run / "provenance.json"
    origin = json.loads(path.read_text()) if path.exists() else {}
    steps, seconds = steps_and_seconds(run)
    return {
        "data": [{"folder": folder, "terms": terms.get(folder, "not stated")} for folder in recipe.data],
        "steps": steps,
        "hours": round(seconds / 3600, 2),
        "weights_sha256": hashlib.sha256((run / "weights.safetensors").read_bytes()).hexdigest(),
        **{name: value for name, value in origin.items() if name not in ("held_out", "skipped")},
    }


def _sigma_range(recipe: Recipe) -> tuple[float, float] | None:
    """The noise levels the recipe trains for; None where it names none."""
    sigmas: list[Any] = [part.sigma for _, part in recipe.degrade if hasattr(part, "sigma")]
    ranges = [sigma if isinstance(sigma, Range) else Range(sigma, sigma) for sigma in sigmas]
    return (min(r.low for r in ranges), max(r.high for r in ranges)) if ranges else None


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
