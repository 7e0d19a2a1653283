"""Quantisation-aware fine-tuning: the weights of an 8-bit model, moved to where rounding costs least."""

import copy
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from relume.extras import need
from relume.make._graph import Graph
from relume.make._qdq import Plan, Span, quantized
from relume.make._trial import Trial

RATE = 1e-4
TINY = 1e-8  # squared error of a teacher that is right everywhere


def tuned(
    model: Any, batches: Iterable[Trial], *, teacher: Any, plan: Plan, spans: Mapping[str, Span], steps: int
) -> Any:
    """A copy of `model` (in float, unpacked) whose weights lose less when they are quantised by `plan` and `spans`.

    The 8-bit graph itself is run, its weights rounded anew in every step; the slope passes through the rounding as if
    that were not there (straight-through estimator). Minimised is, in mean over the pictures, log(1 + |s - t|^2 /
    |t - c|^2) of the 8-bit model's s, the float `teacher`'s t and the clean c: how much of the error is added by
    8 bits, and for small shares proportional to the dB that it costs. `steps` steps of Adam, a batch each, the rate
    falling to zero.

    Reference: Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
    Inference", CVPR 2018.
    """
    exact, rounded = Graph(teacher), Graph(quantized(model, plan, spans))
    weights = _weights(model)
    adam = torch.optim.Adam(weights.values(), lr=RATE, betas=(0.9, 0.99))
    for step, trial in zip(range(steps), batches, strict=False):
        adam.param_groups[0]["lr"] = RATE * (1 - step / steps)
        clean = torch.from_numpy(trial.clean)
        shares: list[Tensor] = []
        for feed in trial.feeds.values():
            given = {name: torch.from_numpy(value) for name, value in feed.items()}
            with torch.no_grad():
                wanted = exact(given)
            shares.append(_added(rounded(given, weights), wanted, clean))
        adam.zero_grad()
        torch.stack(shares).mean().backward()
        adam.step()
    return _with(model, weights)


def _added(restored: Tensor, wanted: Tensor, clean: Tensor) -> Float[Tensor, ""]:
    def squared(error: Float[Tensor, "b c h w"]) -> Float[Tensor, " b"]:
        return error.square().mean(dim=(1, 2, 3))

    return torch.log1p(squared(restored - wanted) / (squared(wanted - clean) + TINY)).mean()


def _weights(model: Any) -> dict[str, Tensor]:
    """Of the convolutions: what is moved."""
    onnx = need("onnx", extra="train")
    names = {name for node in model.graph.node if node.op_type == "Conv" for name in node.input[1:]}
    stored = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    return {name: torch.tensor(stored[name], dtype=torch.float32, requires_grad=True) for name in sorted(names)}


def _with(model: Any, weights: Mapping[str, Tensor]) -> Any:
    onnx = need("onnx", extra="train")
    model = copy.deepcopy(model)
    for tensor in model.graph.initializer:
        if tensor.name in weights:
            value = weights[tensor.name].detach().numpy()
            tensor.CopyFrom(onnx.numpy_helper.from_array(np.ascontiguousarray(value), tensor.name))
    return model
