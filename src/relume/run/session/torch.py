"""PyTorch: runs an ONNX file on whatever device torch has (CUDA, ROCm, XPU, MPS), without another runtime for it."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from relume.errors import BadInputError, BadModelError, OutOfMemoryError, RelumeError, StoppedError
from relume.extras import need
from relume.run.session import Maps, Restored, Tiles
from relume.run.session._feeds import failure, feeds

__all__ = ["TorchSession"]


class TorchSession:
    """Interprets an ONNX graph with torch (extra `train`). Knows the operators that relume's nets export to.

    Args:
        model: an `.onnx` file, or its bytes.
        device: "auto", or a device as torch names it ("cpu", "cuda:0", "mps", "xpu").
        threads: torch's threads are the process's own; one run uses them all.
        precision: "fp32", or "bf16" / "fp16" for autocast.
    """

    def __init__(self, model: Path | bytes, *, device: str = "auto", threads: int = 1, precision: str = "fp32") -> None:
        self._torch = need("torch", extra="train")
        onnx = need("onnx", extra="train")
        self.threads, self._precision = threads, precision
        try:
            graph = (onnx.load_from_string(model) if isinstance(model, bytes) else onnx.load(str(model))).graph
        except Exception as error:
            raise BadModelError(
                f"{model if isinstance(model, Path) else 'The model'} is no ONNX file: {error}"
            ) from error
        self._device = self._choose(device)
        unknown = sorted({node.op_type for node in graph.node} - set(OPERATORS) - {"Constant"})
        if unknown:
            raise BadModelError(f"The torch runtime does not know {', '.join(unknown)}. Use the onnx runtime.")
        self._helper = onnx.helper
        self._constants = {t.name: self._tensor(onnx.numpy_helper.to_array(t)) for t in graph.initializer}
        self._steps: list[tuple[str, list[str], list[str], dict[str, Any]]] = []
        for node in graph.node:
            options = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            if node.op_type == "Constant":
                self._constants[node.output[0]] = self._tensor(onnx.numpy_helper.to_array(options["value"]))
            else:
                self._steps.append((node.op_type, list(node.input), list(node.output), options))
        self._names = [i.name for i in graph.input if i.name not in self._constants]
        self._result = graph.output[0].name
        self._active: set[threading.Event] = set()
        self._lock = threading.Lock()

    def run(self, image: Tiles, inputs: dict[str, Maps]) -> Restored:
        """The restored tiles."""
        restored = self.restored(self.placed(image, inputs)).float().permute(0, 2, 3, 1)
        return np.ascontiguousarray(restored.cpu().numpy())

    def placed(self, image: Tiles, inputs: dict[str, Maps]) -> dict[str, Any]:
        """The tiles and what is told of them as tensors `b c h w` on the device, by the names that the model has."""
        try:
            return {name: self._tensor(array) for name, array in feeds(self._names, image, inputs).items()}
        except self._torch.OutOfMemoryError as error:
            raise OutOfMemoryError(f"A batch of shape {image.shape} does not fit into memory.") from error

    def restored(self, placed: dict[str, Any]) -> Any:
        """The restored tiles as a tensor `b c H W` on the device, which may not have finished it yet."""
        torch = self._torch
        values, first = self._constants | placed, placed[self._names[0]]
        shape = (*first.shape[:1], *first.shape[2:], first.shape[1])  # as the caller has it
        stop = threading.Event()  # of this run alone: a later one starts as usual
        with self._lock:
            self._active.add(stop)
        half = {"bf16": torch.bfloat16, "fp16": torch.float16}.get(self._precision)
        try:
            with torch.inference_mode(), torch.autocast(self._device.type, dtype=half, enabled=half is not None):
                for kind, names, outputs, options in self._steps:
                    if stop.is_set():
                        raise StoppedError("The run was stopped.")
                    values[outputs[0]] = OPERATORS[kind](torch, [values.get(n) for n in names], options)
        except torch.OutOfMemoryError as error:
            raise OutOfMemoryError(f"A batch of shape {shape} does not fit into memory.") from error
        except RuntimeError as error:
            if isinstance(error, RelumeError):
                raise
            raise failure(error, shape) from error
        finally:
            with self._lock:
                self._active.discard(stop)
        return values[self._result]

    def stop(self) -> None:
        """End the runs in flight at their next operator."""
        with self._lock:
            for stop in self._active:
                stop.set()

    def _tensor(self, array: np.ndarray) -> Any:
        return self._torch.from_numpy(np.array(array)).to(self._device)

    def _choose(self, device: str) -> Any:
        torch = self._torch
        if device == "auto":
            found = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
            return found or torch.device("cpu")
        try:
            return torch.device(device)
        except RuntimeError as error:
            raise BadInputError(f"torch knows no device {device!r}: {str(error).splitlines()[0]}") from error


def _conv(torch: Any, values: list[Any], options: dict[str, Any]) -> Any:
    pads = options.get("pads", [0, 0, 0, 0])
    if pads[:2] != pads[2:]:
        raise BadModelError(f"The torch runtime needs equal padding on both sides, but the model has {pads}.")
    image, weight, *bias = values
    return torch.nn.functional.conv2d(
        image,
        weight,
        bias[0] if bias else None,
        stride=tuple(options.get("strides", [1, 1])),
        padding=tuple(pads[:2]),
        dilation=tuple(options.get("dilations", [1, 1])),
        groups=options.get("group", 1),
    )


def _resize(torch: Any, values: list[Any], options: dict[str, Any]) -> Any:
    mode = options.get("mode", b"nearest").decode()
    if mode != "nearest" or values[2] is None:
        raise BadModelError(f"The torch runtime resizes by nearest neighbour and a factor only, not by {mode}.")
    return torch.nn.functional.interpolate(
        values[0], scale_factor=tuple(float(f) for f in values[2][2:]), mode="nearest"
    )


def _depth_to_space(torch: Any, values: list[Any], options: dict[str, Any]) -> Any:
    if options.get("mode", b"DCR") == b"CRD":
        return torch.nn.functional.pixel_shuffle(values[0], options["blocksize"])
    b, c, h, w = values[0].shape
    n = options["blocksize"]
    parts = values[0].reshape(b, n, n, c // n**2, h, w).permute(0, 3, 4, 1, 5, 2)
    return parts.reshape(b, c // n**2, h * n, w * n)


def _space_to_depth(torch: Any, values: list[Any], options: dict[str, Any]) -> Any:
    b, c, h, w = values[0].shape
    n = options["blocksize"]
    return values[0].reshape(b, c, h // n, n, w // n, n).permute(0, 3, 5, 1, 2, 4).reshape(b, c * n**2, h // n, w // n)


def _cast(torch: Any, values: list[Any], options: dict[str, Any]) -> Any:
    types = {1: torch.float32, 10: torch.float16, 16: torch.bfloat16}  # ONNX's numbers for them
    return values[0].to(types[options["to"]])


OPERATORS: dict[str, Callable[[Any, list[Any], dict[str, Any]], Any]] = {
    "Add": lambda torch, values, options: values[0] + values[1],
    "Sub": lambda torch, values, options: values[0] - values[1],
    "Mul": lambda torch, values, options: values[0] * values[1],
    "Relu": lambda torch, values, options: torch.relu(values[0]),
    "Sigmoid": lambda torch, values, options: torch.sigmoid(values[0]),
    "Identity": lambda torch, values, options: values[0],
    "Clip": lambda torch, values, options: torch.clamp(values[0], *values[1:]),
    "Cast": _cast,
    "Concat": lambda torch, values, options: torch.cat(values, dim=options["axis"]),
    "Conv": _conv,
    "Resize": _resize,
    "DepthToSpace": _depth_to_space,
    "SpaceToDepth": _space_to_depth,
    "Transpose": lambda torch, values, options: values[0].permute(*options["perm"]),
    "Reshape": lambda torch, values, options: values[0].reshape(*_shape(values[0], values[1].tolist())),
}


def _shape(value: Any, wanted: list[int]) -> list[int]:
    """ONNX writes 0 for "as it was"."""
    return [value.shape[place] if size == 0 else size for place, size in enumerate(wanted)]
