"""What of a model is computed in 8 bits, and with which ranges: chosen by what it costs on crops."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from relume.errors import BadModelError
from relume.extras import need
from relume.make._calibrate import METHODS
from relume.make._levelling import levelled
from relume.make._qdq import Layer, Plan, Span, find_layers, find_sums, quantized, used
from relume.make._trial import Trial
from relume.make._tune import tuned
from relume.run.session.onnx import OnnxSession

SAMPLES = 200_000  # values of a tensor that its range is chosen by
WIDER, NARROWER = 1.5, 0.75
CHEAP = 0.04  # dB that the result of one layer or sum may cost in 8 bits before the weights are tuned
REACH = 0.9999  # share of a channel's values that its reach covers


@dataclass
class Search:
    """What may be chosen, and what is."""

    model: Any
    layers: tuple[Layer, ...]
    choosing: Trial
    wanted: dict[str, float]
    values: dict[str, np.ndarray]
    sizes: dict[str, int]
    spans: dict[str, Span] = field(default_factory=dict[str, Span])
    method: str = ""
    tried: dict[str, float] = field(default_factory=dict[str, float])
    plan: Plan = field(default_factory=lambda: Plan(()))

    def build(self, plan: Plan) -> Any:
        """The model."""
        return quantized(self.model, plan, self.spans)

    def loss(self, plan: Plan) -> float:
        """Mean over the damages, on the crops chosen by, in dB."""
        return _mean_loss(self.wanted, self.choosing.psnr(self.build(plan).SerializeToString()))

    def kept(self) -> tuple[str, ...]:
        """The weights' names of convolutions, and sums, that are computed in float."""
        planned = {layer.name for layer in self.plan.layers}
        layers = [layer.name for layer in find_layers(self.model) if layer.name not in planned]
        return (*layers, *sorted(find_sums(self.model) - self.plan.sums))

    def choose_method(self) -> None:
        """The rule for ranges that loses least with all inner layers in 8 bits and sums in float."""
        plan, best = Plan(self.layers), np.inf
        for method, rule in METHODS.items():
            before, self.spans = self.spans, {name: rule(values.ravel()) for name, values in self.values.items()}
            self.tried[method] = round(self.loss(plan), 4)
            if self.tried[method] < best:
                best, self.method = self.tried[method], method
            else:
                self.spans = before

    def fit_ranges(self, plan: Plan) -> None:
        """Each range that `plan` uses made wider or narrower, one after the other, where that loses less.

        A rule sees how a tensor's values are spread, and not how much a clipped one matters behind it.
        """
        lost = self.loss(plan)
        for name in used(plan):
            before = self.spans[name]
            for share in (WIDER, NARROWER):
                self.spans[name] = Span(before.low * share, before.high * share)
                if (less := self.loss(plan)) < lost:
                    lost = less
                    break
                self.spans[name] = before

    def choose_plan(self, target: float) -> None:
        """What stays in float, until no more than `target` dB are lost on the crops chosen by.

        With sums in float, the layer goes back to float that brings most for its time, then the next. After that sums
        go to 8 bits where that costs nothing.
        """
        self.fit_ranges(Plan(self.layers))
        plan = self._with_dear_results_in_float(Plan(self.layers))
        lost = self.loss(plan)
        brings = {layer: (lost - self.loss(_without(plan, layer))) / self._cost(layer) for layer in plan.layers}
        for layer in sorted(plan.layers, key=lambda layer: -brings[layer]):
            if lost <= target:
                break
            fewer = _without(plan, layer)
            if (less := self.loss(fewer)) < lost:
                plan, lost = fewer, less
        for name in sorted(find_sums(self.model), key=lambda name: -self.sizes[name]):
            more = Plan(plan.layers, plan.sums | {name})
            if self.loss(more) <= max(target, lost):
                plan = more
        self.plan = plan

    def tune(self, batches: Iterable[Trial], *, teacher: Any, steps: int) -> None:
        """All but the first convolution in 8 bits, and what is cheap of the rest; then the weights are moved to fit."""
        plan = Plan(find_layers(self.model)[1:])
        self.fit_ranges(plan)
        self.plan = self._with_cheap_sums(self._with_dear_results_in_float(plan))
        self.model = tuned(self.model, batches, teacher=teacher, plan=self.plan, spans=self.spans, steps=steps)

    def _with_dear_results_in_float(self, plan: Plan) -> Plan:
        lost = self.loss(plan)
        for layer in plan.layers:
            opened = tuple(replace(other, ends=True) if other is layer else other for other in plan.layers)
            if not layer.relu and not layer.ends and (less := self.loss(Plan(opened))) < lost - CHEAP:
                plan, lost = Plan(opened), less
        return plan

    def _with_cheap_sums(self, plan: Plan) -> Plan:
        limit = self.loss(plan) + CHEAP
        cheap = (
            name for name in sorted(find_sums(self.model)) if self.loss(Plan(plan.layers, frozenset({name}))) <= limit
        )
        return Plan(plan.layers, frozenset(cheap))

    def _cost(self, layer: Layer) -> float:
        """Multiplications."""
        return layer.macs * self.sizes[layer.writes] / len(self.values[layer.writes])


def search(plain: Any, calibrating: Trial, choosing: Trial, *, target: float) -> Search:
    """The choice for `plain` (an unpacked model), made on `choosing` with ranges of `calibrating`."""
    found = ranged(plain, calibrating, choosing)
    found.choose_plan(target)
    if not found.plan.layers:
        raise BadModelError("Every convolution had to stay in float to keep the quality. Leave the model in fp32.")
    return found


def ranged(plain: Any, calibrating: Trial, choosing: Trial) -> Search:
    """The model with its channels levelled, and its ranges chosen; nothing is planned yet."""
    seen, _ = _activations(plain, calibrating)
    reach = {name: np.quantile(np.abs(values), REACH, axis=1) for name, values in seen.items()}
    model = levelled(plain, reach)
    values, sizes = _activations(model, calibrating)
    layers = find_layers(model)[1:-1]
    if not layers:
        raise BadModelError(
            "The model has no convolution between its first and its last: there is nothing to quantise."
        )
    found = Search(model, layers, choosing, choosing.psnr(plain.SerializeToString()), values, sizes)
    found.choose_method()
    return found


def _without(plan: Plan, layer: Layer) -> Plan:
    return Plan(tuple(other for other in plan.layers if other is not layer), plan.sums)


def _activations(model: Any, trial: Trial) -> tuple[dict[str, np.ndarray], dict[str, int]]:
    """Some values of every inner tensor, `c n`, and how many numbers each has."""
    onnx = need("onnx", extra="train")
    results = {value.name for value in model.graph.output}
    names = [name for node in model.graph.node for name in node.output if name and name not in results]
    open_ = type(model).FromString(model.SerializeToString())
    open_.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in names)
    session: Any = OnnxSession(open_.SerializeToString(), device="cpu", threads=1).runtime
    found: dict[str, list[np.ndarray]] = {}
    sizes: dict[str, int] = {}
    for feed in trial.feeds.values():
        for name, value in {**dict(zip(names, session.run(names, dict(feed)), strict=True)), **feed}.items():
            if value.ndim != 4 or value.dtype != np.float32:
                continue
            every = max(1, value.size * len(trial.feeds) // SAMPLES)
            rows = value.transpose(1, 0, 2, 3).reshape(value.shape[1], -1)
            found.setdefault(name, []).append(rows[:, :: _odd(every)])
            sizes[name] = value.size
    return {name: np.concatenate(parts, axis=1) for name, parts in found.items()}, sizes


def _odd(step: int) -> int:
    """Rows have even lengths, and an odd step visits all of their columns."""
    return step | 1


def _mean_loss(fp32: dict[str, float], int8: dict[str, float]) -> float:
    return float(np.mean([fp32[damage] - int8[damage] for damage in fp32]))
