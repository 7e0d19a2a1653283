"""Cross-layer equalisation: the channels of what flows between convolutions made about equally large."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float

from relume.extras import need
from relume.make._qdq import find_layers

# A factor for each channel passes through these: f(a x) = a f(x) for a > 0, and channels stay apart.
HOMOGENEOUS = ("Add", "Sub", "Relu", "LeakyRelu", "Resize", "MaxPool", "AveragePool", "Identity")
SHARE = 0.8  # of the activations in the factor; the rest is the weights'
LARGEST = 16.0

Reach = Mapping[str, Float[np.ndarray, " _c"]]


@dataclass
class _Group:
    """Tensors whose channels must keep one factor, and the convolutions that write and read them."""

    tensors: set[str] = field(default_factory=set[str])
    writers: list[Any] = field(default_factory=list[Any])
    readers: list[Any] = field(default_factory=list[Any])
    closed: bool = False  # something else reads or writes it, so that a factor would be seen


def levelled(model: Any, reach: Reach) -> Any:
    """A copy of `model` (unpacked) that computes the same; `reach` is how far each channel of its tensors goes.

    Channel c of a group of tensors is divided by s_c where it is written and multiplied by it where it is read, both
    in the weights. s_c = (mean reach of the channel)^0.8 / (mean reach of its readers' weights)^0.2, rounded to a power
    of two: then not a bit of the result changes, and weights that fit into half precision still do.

    Reference: Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV 2019; the
    share of activations and weights is SmoothQuant's (Xiao et al., ICML 2023).
    """
    onnx = need("onnx", extra="train")
    model = copy.deepcopy(model)
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    weights = {name: onnx.numpy_helper.to_array(tensor).copy() for name, tensor in stored.items()}
    for group in _groups(model):
        known = [reach[name] for name in sorted(group.tensors) if name in reach]
        if not known:
            continue
        factor = _factor(known, [weights[node.input[1]] for node in group.readers])
        for node in group.writers:
            weights[node.input[1]] = weights[node.input[1]] / factor[:, None, None, None]
            if len(node.input) > 2:
                weights[node.input[2]] = weights[node.input[2]] / factor
        for node in group.readers:
            weights[node.input[1]] = weights[node.input[1]] * factor[None, :, None, None]
    for name, tensor in stored.items():
        tensor.CopyFrom(onnx.numpy_helper.from_array(np.ascontiguousarray(weights[name]), name))
    return model


def _factor(reach: list[np.ndarray], weights: list[np.ndarray]) -> Float[np.ndarray, " c"]:
    of_values = np.mean([np.log(np.maximum(each, 1e-4)) for each in reach], axis=0)
    of_weights = np.mean([np.log(np.maximum(np.abs(each).max(axis=(0, 2, 3)), 1e-5)) for each in weights], axis=0)
    factor = SHARE * of_values - (1 - SHARE) * of_weights
    limit = np.log2(LARGEST)
    return np.exp2(np.rint(np.clip((factor - factor.mean()) / np.log(2), -limit, limit))).astype(np.float32)


def _groups(model: Any) -> list[_Group]:
    """The groups whose every writer and reader is a convolution with weights of its own."""
    convolutions = {layer.name for layer in find_layers(model)}
    uses: dict[str, int] = {}
    for node in model.graph.node:
        for name in node.input:
            uses[name] = uses.get(name, 0) + 1
    same = _joined(model)
    for node in model.graph.node:
        if node.op_type == "Conv" and node.input[1] in convolutions and all(uses[n] == 1 for n in node.input[1:]):
            same(node.output[0]).writers.append(node)
            same(node.input[0]).readers.append(node)
        elif node.op_type not in HOMOGENEOUS:
            for name in (*node.input, *node.output):
                same(name).closed = True
    for value in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        same(value.name).closed = True
    found = {id(group): group for node in model.graph.node for group in [same(node.output[0])]}
    return [group for group in found.values() if group.writers and group.readers and not group.closed]


def _joined(model: Any) -> Any:
    """Which group a tensor belongs to."""
    group_of: dict[str, _Group] = {}

    def same(name: str) -> _Group:
        group = group_of.setdefault(name, _Group())
        group.tensors.add(name)
        return group

    for node in model.graph.node:
        if node.op_type not in HOMOGENEOUS:
            continue
        first = same(node.output[0])
        for name in node.input[: 2 if node.op_type in ("Add", "Sub") else 1]:
            other = same(name)
            if other is not first:
                first.tensors |= other.tensors
                for moved in other.tensors:
                    group_of[moved] = first
    return same
