"""Structured pruning: take the least important hidden channels out of a trained net, which makes it faster anywhere."""

import inspect
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float, Int
from lightning.fabric import Fabric
from safetensors.torch import save_file
from torch import Tensor, nn

from relume.errors import BadInputError, BadModelError
from relume.make.data import AbstractData
from relume.make.nets import NETS
from relume.make.recipe import Recipe
from relume.make.recycle import pairs
from relume.make.regimes import REGIMES
from relume.make.register import gmac_per_megapixel
from relume.make.run import replace_file
from relume.make.run_folder import read_weights

TOGETHER = 8  # channels that go at once: kernels work on blocks of them
BATCHES = 16


@dataclass(frozen=True, kw_only=True)
class Pruned:
    """What is left.

    Attributes:
        recipe: that of the smaller net.
        before: multiplications in thousands for each pixel, as `gmac_per_megapixel`.
        after: the same of the smaller net.
    """

    recipe: Recipe
    before: float
    after: float


def prune(
    run: Path, out: Path, *, keep: float = 0.6, data: AbstractData | None = None, together: int = TOGETHER
) -> Pruned:
    """A run folder `out` with the net of `run` at most `keep` of whose multiplications are left; to be trained on.

    Removed are the hidden channels of residual blocks (outputs of the first convolution, inputs of the second) that
    matter least for what they cost. How much a channel matters: with `data`, by how much the loss would change without
    it, to first order: (sum of weight * gradient)^2, over some batches; without, by the product of the norms of what
    leads to it and from it, compared within its block.

    Reference: Molchanov et al., "Importance Estimation for Neural Network Pruning", CVPR 2019; Li et al., "Pruning
    Filters for Efficient ConvNets", ICLR 2017.
    """
    if not 0 < keep < 1:
        raise BadInputError(f"keep is a share of the multiplications, between 0 and 1, but came as {keep}.")
    if (out / "recipe.json").exists():
        raise BadInputError(f"{out} holds a run already. Choose another folder.")
    recipe, weights = read_weights(run)
    if "hidden" not in inspect.signature(NETS[recipe.net]).parameters:
        raise BadInputError(f"{recipe.net} has no `hidden` option to be made narrower by. Prune a unet.")
    net = recipe.new_net()
    net.load_state_dict(weights)
    scores = _by_norm(net) if data is None else _by_slope(net, recipe, data)
    before = gmac_per_megapixel(net)
    left = _chosen(recipe, scores, before=before, most=keep * before, together=together)
    smaller = replace(recipe, options={**recipe.options, "hidden": tuple(len(kept) for kept in left)})
    cut = _cut(net, left)
    result = smaller.new_net()
    result.load_state_dict(cut)
    pruned = Pruned(recipe=smaller, before=before, after=gmac_per_megapixel(result))
    _write(pruned, cut, run=run, out=out)
    return pruned


def _by_norm(net: nn.Module) -> list[Float[Tensor, " _"]]:
    """A ReLU stands between the two, so only the product of the norms means anything."""
    found: list[Tensor] = []
    with torch.no_grad():
        for first, second in pairs(net):
            norms = first.weight.flatten(1).norm(dim=1) * second.weight.transpose(0, 1).flatten(1).norm(dim=1)
            found.append(norms.square() / norms.square().mean().clamp(min=1e-30))
    return found


def _by_slope(net: nn.Module, recipe: Recipe, data: AbstractData) -> list[Float[Tensor, " _"]]:
    if REGIMES.name_of(recipe.regime) == "fine_tune":  # the same losses, but of layers that are frozen no slope
        recipe = replace(recipe, regime=REGIMES["supervised"]())
    fabric = Fabric(accelerator="cpu", devices=1)
    learner = recipe.regime.begin(recipe, data, net, fabric)
    found = [torch.zeros(len(first.weight)) for first, _ in pairs(net)]
    for step in range(BATCHES):
        net.zero_grad()
        torch.stack(list(learner.losses(step).values())).sum().backward()
        for total, (first, _) in zip(found, pairs(net), strict=True):
            assert first.weight.grad is not None  # noqa: S101
            total.add_((first.weight * first.weight.grad).detach().flatten(1).sum(dim=1).square())
    net.zero_grad()
    return found


def _chosen(
    recipe: Recipe, scores: Sequence[Float[Tensor, " _"]], *, before: float, most: float, together: int
) -> list[Int[Tensor, " _"]]:
    """The channels that stay in each block, in their order: again and again the cheapest loss is taken."""
    costs = _costs(recipe, [len(score) for score in scores], before=before)
    orders = [score.argsort() for score in scores]  # least important first
    gone = [0] * len(scores)
    spent = before
    while spent > most:
        prices = {
            block: float(score[orders[block][gone[block] : gone[block] + together]].sum()) / costs[block]
            for block, score in enumerate(scores)
            if len(score) - gone[block] > together
        }
        if not prices:
            raise BadModelError(
                f"With only {together} hidden channels left in each block, {spent / before:.0%} of the multiplications "
                f"are left: keep cannot be as low as {most / before:.0%}. Train a narrower net."
            )
        block = min(prices, key=lambda block: prices[block])
        gone[block] += together
        spent -= costs[block] * together
    return [order[count:].sort().values for order, count in zip(orders, gone, strict=True)]


def _costs(recipe: Recipe, hidden: list[int], *, before: float) -> list[float]:
    """Multiplications of one hidden channel of each block."""
    found: list[float] = []
    for block in range(len(hidden)):
        fewer = tuple(count - (place == block) for place, count in enumerate(hidden))
        found.append(
            before - gmac_per_megapixel(replace(recipe, options={**recipe.options, "hidden": fewer}).new_net())
        )
    return found


def _cut(net: nn.Module, left: Sequence[Int[Tensor, " _"]]) -> dict[str, Tensor]:
    """The weights of the smaller net."""
    names = {module: name for name, module in net.named_modules()}
    weights = {name: value.clone() for name, value in net.state_dict().items()}
    for (first, second), kept in zip(pairs(net), left, strict=True):
        weights[f"{names[first]}.weight"] = first.weight.detach()[kept]
        if first.bias is not None:
            weights[f"{names[first]}.bias"] = first.bias.detach()[kept]
        weights[f"{names[second]}.weight"] = second.weight.detach()[:, kept]
    return {name: value.contiguous() for name, value in weights.items()}


def _write(pruned: Pruned, weights: dict[str, Tensor], *, run: Path, out: Path) -> None:
    origin = run / "provenance.json"
    told: dict[str, Any] = {
        "pruned": {
            "from": str(run),
            "gmac_per_megapixel": [round(pruned.before, 2), round(pruned.after, 2)],
            "provenance": json.loads(origin.read_text()) if origin.exists() else {},
        }
    }
    out.mkdir(parents=True, exist_ok=True)
    replace_file(out / "weights.safetensors", lambda part: save_file(weights, part))
    replace_file(out / "provenance.json", lambda part: part.write_text(json.dumps(told, indent=2)))
    replace_file(out / "recipe.json", lambda part: part.write_text(pruned.recipe.to_json()))
