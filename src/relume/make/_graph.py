"""An ONNX graph of convolutions run by PyTorch, so that slopes reach its weights, also through 8 bits."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from relume.errors import BadInputError
from relume.extras import need

Values = Mapping[str, Tensor]
LEVELS = ".levels"  # what `_qdq` puts behind a name


class Graph:
    """A model (unpacked; quantised by `_qdq` or not) with one output.

    The arithmetic is the graph's own. A pair of QuantizeLinear and DequantizeLinear rounds and clips; its slope is 1
    inside the range and 0 outside of it. Levels of weights come from the file, or from weights that are given.
    """

    def __init__(self, model: Any) -> None:
        onnx = need("onnx", extra="train")
        self._nodes = list(model.graph.node)
        self._stored = {
            tensor.name: torch.from_numpy(onnx.numpy_helper.to_array(tensor).copy())
            for tensor in model.graph.initializer
        }
        self._result: str = model.graph.output[0].name
        if unknown := sorted({node.op_type for node in self._nodes} - set(OPERATIONS) - PAIR):
            raise BadInputError(
                f"Tuning cannot run {', '.join(unknown)}. It knows {', '.join(sorted(OPERATIONS))}; "
                "quantise this model without tuning."
            )

    def __call__(self, inputs: Values, weights: Values | None = None) -> Tensor:
        """The output; `weights` take the place of those stored under their names."""
        given = weights or {}
        values: dict[str, Tensor] = {**self._stored, **inputs, **given}
        for node in self._nodes:
            kind, source, result = node.op_type, node.input[0], node.output[0]
            if kind == "QuantizeLinear":
                values[result] = values[source]  # rounded by the other half of the pair
            elif kind == "DequantizeLinear":
                values[result] = self._dequantized(source, node, values, given)
            else:
                read = [values[name] for name in node.input if name]
                values[result] = OPERATIONS[kind](read, _options(node))
        return values[self._result]

    def _dequantized(self, source: str, node: Any, values: Values, given: Values) -> Tensor:
        scale, zero = self._stored[node.input[1]], self._stored[node.input[2]]
        if source not in self._stored:
            return torch.fake_quantize_per_tensor_affine(values[source], float(scale), int(zero), 0, 255)
        name = source.removesuffix(LEVELS)
        levels = self._stored[source]
        if name not in given:
            return levels * scale.reshape(-1, *[1] * (levels.ndim - 1))
        if levels.dtype == torch.int32:
            return given[name]  # a bias: 32 bits round nothing that could be seen
        return _rounded(given[name])


def _rounded(weights: Tensor) -> Tensor:
    """As `_qdq` does: 127 levels up to the largest of each output channel."""
    scale = (weights.detach().abs().amax(dim=(1, 2, 3)).clamp(min=1e-6) / 127).contiguous()
    zero = torch.zeros(len(scale), dtype=torch.int32)
    return torch.fake_quantize_per_channel_affine(weights, scale, zero, 0, -127, 127)


def _convolution(read: list[Tensor], options: Mapping[str, Any]) -> Tensor:
    pads = options.get("pads", (0, 0, 0, 0))
    if pads[: len(pads) // 2] != pads[len(pads) // 2 :]:
        read = [functional.pad(read[0], (pads[1], pads[3], pads[0], pads[2])), *read[1:]]
        pads = (0, 0)
    return functional.conv2d(
        *read,
        stride=options.get("strides", (1, 1)),
        padding=pads[:2],
        dilation=options.get("dilations", (1, 1)),
        groups=options.get("group", 1),
    )


def _resized(read: list[Tensor], options: Mapping[str, Any]) -> Tensor:
    scales = [float(each) for each in read[-1]][2:]
    kept = (options.get("mode"), options.get("coordinate_transformation_mode"), options.get("nearest_mode"))
    if kept != (b"nearest", b"asymmetric", b"floor") or len(scales) != 2:
        raise BadInputError("Tuning resizes by nearest neighbours of whole factors only. Quantise without tuning.")
    return functional.interpolate(read[0], scale_factor=scales, mode="nearest")


def _to_space(read: list[Tensor], options: Mapping[str, Any]) -> Tensor:
    if options.get("mode", b"DCR") != b"CRD":
        raise BadInputError("Tuning knows DepthToSpace in mode CRD (pixel shuffle) only. Quantise without tuning.")
    return functional.pixel_shuffle(read[0], options["blocksize"])


OPERATIONS: Mapping[str, Callable[[list[Tensor], Mapping[str, Any]], Tensor]] = {
    "Add": lambda read, _: read[0] + read[1],
    "Concat": lambda read, options: torch.cat(read, dim=options["axis"]),
    "Conv": _convolution,
    "DepthToSpace": _to_space,
    "LeakyRelu": lambda read, options: functional.leaky_relu(read[0], options.get("alpha", 0.01)),
    "Mul": lambda read, _: read[0] * read[1],
    "Relu": lambda read, _: functional.relu(read[0]),
    "Resize": _resized,
    "Sub": lambda read, _: read[0] - read[1],
}
PAIR = {"QuantizeLinear", "DequantizeLinear"}


def _options(node: Any) -> dict[str, Any]:
    onnx = need("onnx", extra="train")
    return {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}
