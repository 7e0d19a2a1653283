"""OpenVINO: faster than ONNX Runtime on many Intel processors, above all in bf16 and INT8."""

import threading
from pathlib import Path
from typing import Any

import numpy as np

from relume.errors import BadInputError, BadModelError, StoppedError
from relume.extras import need
from relume.run.session import Maps, Restored, Tiles

__all__ = ["OpenvinoSession"]


class OpenvinoSession:
    """A model file in OpenVINO (extra `openvino`).

    Args:
        model: an `.onnx` file, or its bytes.
        device: "auto" or "cpu" (this machine's processor), "gpu" for an Intel graphics chip, "npu".
        threads: that one run may use.
        precision: "fp32", or "bf16" / "fp16" to compute in.
    """

    def __init__(self, model: Path | bytes, *, device: str = "auto", threads: int = 1, precision: str = "fp32") -> None:
        openvino = need("openvino", extra="openvino")
        known = {"auto": "CPU", "cpu": "CPU", "gpu": "GPU", "npu": "NPU"}
        if device not in known:
            raise BadInputError(f"OpenVINO's device is {', '.join(known)}, not {device!r}.")
        kinds = {"fp32": "f32", "bf16": "bf16", "fp16": "f16", "int8": "f32"}
        config = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": kinds[precision], "NUM_STREAMS": 1}
        core = openvino.Core()
        try:
            loaded = core.read_model(model if isinstance(model, bytes) else str(model))
            self._compiled = core.compile_model(loaded, known[device], config if known[device] == "CPU" else {})
        except RuntimeError as error:
            raise BadModelError(f"OpenVINO cannot load the model: {str(error).strip().splitlines()[-1]}") from error
        self._names = [port.get_any_name() for port in self._compiled.inputs]
        self._requests = threading.local()
        self._active: set[Any] = set()

    def run(self, image: Tiles, inputs: dict[str, Maps]) -> Restored:
        """The restored tiles."""
        arrays = {"image": image, **inputs}
        if set(arrays) != set(self._names):
            arrays = dict(zip(self._names, arrays.values(), strict=True))
        feeds = {name: np.ascontiguousarray(array.transpose(0, 3, 1, 2)) for name, array in arrays.items()}
        request = self._request()
        self._active.add(request)
        try:
            result = request.infer(feeds)
        except RuntimeError as error:
            if "ancel" in str(error):
                raise StoppedError("The run was stopped.") from error
            raise BadModelError(f"The model failed on a batch of shape {image.shape}: {error}") from error
        finally:
            self._active.discard(request)
        return np.array(result[self._compiled.output(0)].transpose(0, 2, 3, 1), dtype=np.float32, order="C")

    def stop(self) -> None:
        """End the runs in flight."""
        for request in list(self._active):
            request.cancel()

    def _request(self) -> Any:
        # A request is one run's memory: one for each thread.
        if not hasattr(self._requests, "own"):
            self._requests.own = self._compiled.create_infer_request()
        return self._requests.own
