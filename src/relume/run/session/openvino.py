"""OpenVINO: faster than ONNX Runtime on many Intel processors, above all in bf16 and INT8."""

import threading
from pathlib import Path
from typing import Any

import numpy as np

from relume.errors import BadInputError, BadModelError, StoppedError
from relume.extras import need
from relume.run.session import Maps, Restored, Tiles
from relume.run.session._feeds import failure, feeds

__all__ = ["OpenvinoSession"]


class OpenvinoSession:
    """A model file in OpenVINO (extra `openvino`).

    Args:
        model: an `.onnx` file, or its bytes.
        device: "auto" or "cpu" (this machine's processor), "gpu" for an Intel graphics chip, "npu".
        threads: that one run may use.
        precision: "fp32", or "bf16" / "fp16" to compute in; "int8": what a model of 8 bits leaves in float is computed
            in bf16 where the processor can.
    """

    def __init__(self, model: Path | bytes, *, device: str = "auto", threads: int = 1, precision: str = "fp32") -> None:
        openvino = need("openvino", extra="openvino")
        known = {"auto": "CPU", "cpu": "CPU", "gpu": "GPU", "npu": "NPU"}
        if device not in known:
            raise BadInputError(f"OpenVINO's device is {', '.join(known)}, not {device!r}.")
        core = openvino.Core()
        has_bf16 = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        kinds = {"fp32": "f32", "bf16": "bf16", "fp16": "f16", "int8": "bf16" if has_bf16 else "f32"}
        config = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": kinds[precision], "NUM_STREAMS": 1}
        try:
            loaded = core.read_model(model if isinstance(model, bytes) else str(model))
            self._compiled = core.compile_model(loaded, known[device], config if known[device] == "CPU" else {})
        except RuntimeError as error:
            raise BadModelError(f"OpenVINO cannot load the model: {str(error).strip().splitlines()[-1]}") from error
        self._names = [port.get_any_name() for port in self._compiled.inputs]
        self._requests = threading.local()
        self._active: set[Any] = set()
        self._lock = threading.Lock()

    def run(self, image: Tiles, inputs: dict[str, Maps]) -> Restored:
        """The restored tiles."""
        named = feeds(self._names, image, inputs)
        request = self._request()
        with self._lock:
            self._active.add(request)
        try:
            request.start_async(named)  # a plain `infer` cannot be stopped
            request.wait()
        except (RuntimeError, ValueError) as error:
            if "ancel" in str(error):
                raise StoppedError("The run was stopped.") from error
            raise failure(error, image.shape) from error
        finally:
            with self._lock:
                self._active.discard(request)
        return np.array(request.get_output_tensor(0).data.transpose(0, 2, 3, 1), dtype=np.float32, order="C")

    def stop(self) -> None:
        """End the runs in flight."""
        with self._lock:
            for request in self._active:
                request.cancel()

    def _request(self) -> Any:
        # A request is one run's memory: one for each thread.
        if not hasattr(self._requests, "own"):
            self._requests.own = self._compiled.create_infer_request()
        return self._requests.own
