"""Which range of a tensor's values 8 bits are spent on: several rules, chosen by what they cost."""

from collections.abc import Callable, Mapping

import numpy as np
from jaxtyping import Float

from relume.make._qdq import STEPS, Span

BINS = 4096
SHARES = np.linspace(1.0, 0.2, 41)  # of the whole range, that are tried

Values = Float[np.ndarray, " n"]
Counts = Float[np.ndarray, " bins"]


def whole(values: Values) -> Span:
    """From the smallest to the largest value, and zero."""
    return Span(min(float(values.min()), 0.0), max(float(values.max()), 0.0))


def percentile(values: Values, *, share: float = 0.9999) -> Span:
    """All but a ten-thousandth of the values at each end."""
    low, high = np.quantile(values, [1 - share, share])
    return Span(float(low), float(high))


def least_error(values: Values) -> Span:
    """The range with the smallest mean squared error of the rounded and clipped values."""
    counts, edges = np.histogram(values, BINS)
    middles = (edges[1:] + edges[:-1]) / 2

    def cost(span: Span) -> float:
        levels = np.clip(np.rint(middles / span.scale) + span.zero, 0, STEPS)
        return float(counts @ ((levels - span.zero) * span.scale - middles) ** 2)

    return _cheapest(whole(values), cost)


def entropy(values: Values) -> Span:
    """The range whose levels tell most of the values' distribution: least Kullback-Leibler divergence.

    Reference: Migacz, "8-bit Inference with TensorRT", GTC 2017.
    """
    counts, edges = np.histogram(values, BINS)
    middles = (edges[1:] + edges[:-1]) / 2

    def cost(span: Span) -> float:
        level = np.clip(np.rint(middles / span.scale) + span.zero, 0, STEPS).astype(int)
        inside = (middles >= span.low) & (middles <= span.high)
        if not inside.any():
            return np.inf  # all values are further from zero
        kept = np.bincount(level, weights=counts * inside, minlength=STEPS + 1)
        filled = np.bincount(level, weights=(counts > 0) & inside, minlength=STEPS + 1)
        known = np.where((counts > 0) & inside, kept[level] / np.maximum(filled[level], 1), 0.0)
        true = counts * inside
        ends = np.nonzero(inside)[0][[0, -1]]
        true[ends] += [counts[: ends[0]].sum(), counts[ends[1] + 1 :].sum()]
        here = true > 0
        known = np.maximum(known[here] / max(known.sum(), 1.0), 1e-9)
        return float(np.sum(true[here] / true.sum() * np.log(true[here] / true.sum() / known)))

    return _cheapest(whole(values), cost)


METHODS: Mapping[str, Callable[[Values], Span]] = {
    "percentile": percentile,
    "mse": least_error,
    "entropy": entropy,
    "minmax": whole,
}


def _cheapest(span: Span, cost: Callable[[Span], float]) -> Span:
    """Of the ranges that leave out a share at the upper end, then of those at the lower end, twice."""
    low, high = span.low, span.high
    if low == high:
        return span  # always zero
    for _ in range(2):
        high = min((span.high * share for share in SHARES), key=lambda end: cost(Span(low, end)))
        if span.low < 0:
            low = min((span.low * share for share in SHARES), key=lambda end: cost(Span(end, high)))
    return Span(low, high)
