"""Writes 8-bit arithmetic into an ONNX graph: quantise and dequantise nodes (QDQ) around what is chosen."""

import copy
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float

from relume.extras import need

STEPS = 255
SMALLEST = 1e-6  # of a range: a channel that is always zero has none


@dataclass(frozen=True)
class Span:
    """Where the values of a tensor lie."""

    low: float
    high: float

    @property
    def scale(self) -> float:
        """The value of one level."""
        return max(max(self.high, 0.0) - min(self.low, 0.0), SMALLEST) / STEPS

    @property
    def zero(self) -> int:
        """The level of zero."""
        return int(np.clip(np.rint(-min(self.low, 0.0) / self.scale), 0, STEPS))


@dataclass(frozen=True)
class Layer:
    """A convolution that can be computed in 8 bits: names in the graph.

    Attributes:
        name: of its weights, which tells it apart.
        reads: the tensor it reads.
        writes: the tensor it writes, behind its ReLU if it has one of its own.
        relu: whether it has.
        macs: multiplications for each pixel of what it writes.
        ends: its result is read by no convolution and no sum, say by a resize: it stays in float.
    """

    name: str
    reads: str
    writes: str
    relu: bool
    macs: int
    ends: bool = False


@dataclass(frozen=True)
class Plan:
    """What is computed in 8 bits.

    Attributes:
        layers: convolutions.
        sums: results of additions.
    """

    layers: tuple[Layer, ...]
    sums: frozenset[str] = frozenset()


def unpacked(model: Any) -> Any:
    """A copy in which the casts of weights that are stored in half precision are done."""
    onnx = need("onnx", extra="train")
    model = copy.deepcopy(model)
    stored = {tensor.name: tensor for tensor in model.graph.initializer}
    kept: list[Any] = []
    for node in model.graph.node:
        if node.op_type == "Cast" and node.input[0] in stored:
            kind = onnx.helper.tensor_dtype_to_np_dtype(node.attribute[0].i)
            value = onnx.numpy_helper.to_array(stored[node.input[0]]).astype(kind)
            model.graph.initializer.append(onnx.numpy_helper.from_array(value, node.output[0]))
        elif node.op_type == "Constant" and node.attribute[0].name == "value":
            value = onnx.numpy_helper.to_array(node.attribute[0].t)
            model.graph.initializer.append(onnx.numpy_helper.from_array(value, node.output[0]))
        else:
            kept.append(node)
    replace_nodes(model, kept)
    return model


def find_layers(model: Any) -> tuple[Layer, ...]:
    """The convolutions with constant weights and one group, in the order of the graph."""
    weights = {tensor.name: tensor for tensor in model.graph.initializer}
    readers = find_readers(model)
    found: list[Layer] = []
    for node in model.graph.node:
        if node.op_type != "Conv" or not set(node.input[1:]) <= set(weights) or _attribute(node, "group", 1) != 1:
            continue
        after = readers.get(node.output[0], [])
        relu = len(after) == 1 and getattr(after[0], "op_type", "") == "Relu"
        writes = after[0].output[0] if relu else node.output[0]
        macs = int(np.prod(weights[node.input[1]].dims))
        ends = not {getattr(reader, "op_type", "") for reader in readers.get(writes, [])} & {"Conv", "Add"}
        found.append(Layer(node.input[1], node.input[0], writes, relu, macs, ends))
    return tuple(found)


def find_sums(model: Any) -> frozenset[str]:
    """The results of additions of two tensors, none of them a constant."""
    weights = {tensor.name for tensor in model.graph.initializer}
    return frozenset(
        node.output[0] for node in model.graph.node if node.op_type == "Add" and not weights & set(node.input)
    )


def used(plan: Plan) -> tuple[str, ...]:
    """The tensors that it rounds, each once."""
    reads = [layer.reads for layer in plan.layers]
    writes = [layer.writes for layer in plan.layers if not layer.ends]
    return tuple(dict.fromkeys((*reads, *writes, *sorted(plan.sums))))


def quantized(model: Any, plan: Plan, spans: Mapping[str, Span]) -> Any:
    """`model` (unpacked) with what is planned in 8 bits; `spans` are of all tensors that this reads and writes."""
    return _Builder(copy.deepcopy(model), plan, spans).build()


@dataclass
class _Builder:
    """One walk over the graph.

    A tensor in 8 bits is read as `NAME.8bit` by what computes in 8 bits, and as `NAME` by everything else.
    """

    model: Any
    plan: Plan
    spans: Mapping[str, Span]
    nodes: list[Any] = field(default_factory=list[Any])
    ready: dict[str, tuple[float, int]] = field(default_factory=dict[str, tuple[float, int]])

    def __post_init__(self) -> None:
        self._onnx = need("onnx", extra="train")
        self._layers = {layer.name: layer for layer in self.plan.layers}
        self._relus = {layer.writes for layer in self.plan.layers if layer.relu and not layer.ends}
        self._stored = {tensor.name: tensor for tensor in self.model.graph.initializer}

    def build(self) -> Any:
        for node in list(self.model.graph.node):
            kind, result = node.op_type, node.output[0]
            if kind == "Conv" and node.input[1] in self._layers:
                self._convolution(node, self._layers[node.input[1]])
            elif (kind == "Relu" and result in self._relus) or (kind == "Add" and result in self.plan.sums):
                if kind == "Add":
                    node.input[:] = [f"{name}.8bit" if name in self.ready else name for name in node.input]
                self._write(node, result)
            else:
                self.nodes.append(node)
        replace_nodes(self.model, self.nodes)
        return self.model

    def _convolution(self, node: Any, layer: Layer) -> None:
        weights = self._array(layer.name)
        bias = self._array(node.input[2]) if len(node.input) > 2 else np.zeros(len(weights), np.float32)
        read = self._in_8_bits(layer.reads)
        scale = (np.maximum(np.abs(weights).max(axis=(1, 2, 3)), SMALLEST) / 127).astype(np.float32)
        of_sums = (scale * np.float32(self.ready[layer.reads][0])).astype(np.float32)
        self._weights(layer.name, np.rint(weights / scale[:, None, None, None]).astype(np.int8), scale)
        self._weights(f"{layer.name}.bias", np.rint(bias / of_sums).astype(np.int32), of_sums)
        node.input[:] = [read, f"{layer.name}.8bit", f"{layer.name}.bias.8bit"]
        if layer.relu or layer.ends:
            self.nodes.append(node)
        else:
            self._write(node, layer.writes)

    def _write(self, node: Any, result: str) -> None:
        """The node, its result in 8 bits, and that as numbers again."""
        node.output[0] = f"{result}.raw"
        self.nodes.append(node)
        span = self.spans[result]
        self._ready(result, scale=span.scale, zero=span.zero)

    def _ready(self, result: str, *, scale: float, zero: int) -> None:
        """`RESULT.raw` in 8 bits: as `RESULT.8bit` for those who read it so, and as `RESULT`."""
        self._pair(f"{result}.raw", result, scale=scale, zero=zero)
        names = self._constants(f"{result}.8bit", np.float32(scale), np.uint8(zero))
        self._node("DequantizeLinear", [f"{result}.levels", *names], f"{result}.8bit")
        self.ready[result] = (scale, zero)

    def _in_8_bits(self, name: str) -> str:
        if name not in self.ready:
            span = self.spans[name]
            self._pair(name, f"{name}.8bit", scale=span.scale, zero=span.zero)
            self.ready[name] = (span.scale, span.zero)
        return f"{name}.8bit"

    def _pair(self, source: str, target: str, *, scale: float, zero: int) -> None:
        names = self._constants(target, np.float32(scale), np.uint8(zero))
        self._node("QuantizeLinear", [source, *names], f"{target}.levels")
        self._node("DequantizeLinear", [f"{target}.levels", *names], target)

    def _weights(self, name: str, levels: np.ndarray, scale: Float[np.ndarray, " c"]) -> None:
        self._store(f"{name}.levels", levels)
        names = self._constants(f"{name}.8bit", scale, np.zeros(len(scale), levels.dtype))
        self._node("DequantizeLinear", [f"{name}.levels", *names], f"{name}.8bit", axis=0)

    def _constants(self, name: str, scale: Any, zero: Any) -> list[str]:
        self._store(f"{name}.scale", np.asarray(scale))
        self._store(f"{name}.zero", np.asarray(zero))
        return [f"{name}.scale", f"{name}.zero"]

    def _store(self, name: str, value: np.ndarray) -> None:
        self.model.graph.initializer.append(self._onnx.numpy_helper.from_array(value, name))

    def _node(self, kind: str, inputs: Sequence[str], output: str, **options: int) -> None:
        self.nodes.append(self._onnx.helper.make_node(kind, inputs, [output], name=output, **options))

    def _array(self, name: str) -> np.ndarray:
        return self._onnx.numpy_helper.to_array(self._stored[name]).astype(np.float32)


def find_readers(model: Any) -> dict[str, list[Any]]:
    """The nodes that read each tensor; an output of the graph is read too."""
    readers: dict[str, list[Any]] = {}
    for node in model.graph.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)
    for value in model.graph.output:
        readers.setdefault(value.name, []).append(value)
    return readers


def replace_nodes(model: Any, nodes: Collection[Any]) -> None:
    """These are the nodes; those that nobody reads go, and so do weights that none of them reads any more."""
    wanted = {value.name for value in model.graph.output}
    kept: list[Any] = []
    for node in reversed(list(nodes)):
        if wanted & set(node.output):
            wanted |= set(node.input)
            kept.append(node)
    nodes = kept[::-1]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    read = {name for node in nodes for name in node.input}
    stored = [tensor for tensor in model.graph.initializer if tensor.name in read]
    del model.graph.initializer[:]
    model.graph.initializer.extend(stored)


def _attribute(node: Any, name: str, otherwise: int) -> int:
    return next((attribute.i for attribute in node.attribute if attribute.name == name), otherwise)
