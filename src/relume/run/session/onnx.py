"""ONNX Runtime: the default, on every machine."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from relume.errors import BadInputError, BadModelError, StoppedError
from relume.run.session import Maps, Restored, Tiles
from relume.run.session._feeds import failure, feeds, first_line
from relume.run.session._saturation import saturates

__all__ = ["OnnxSession"]

# What `device` may say, and the provider that serves it.
PROVIDERS = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "directml": "DmlExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
}


class OnnxSession:
    """A model file in ONNX Runtime.

    Args:
        model: an `.onnx` file, or its bytes.
        device: "auto", or "cpu", "cuda", "cuda:1", "tensorrt", "directml", "coreml".
        threads: that one run may use; 1 where several runs share the machine.
    """

    def __init__(self, model: Path | bytes, *, device: str = "auto", threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4  # what goes wrong is raised; nothing is printed
        # Spinning threads would take the cores from decoding and encoding.
        options.add_session_config_entry("session.intra_op.allow_spinning", "1" if threads > 1 else "0")
        if saturates():
            # Keeps 8-bit sums right where they would overflow. Elsewhere it makes 8 bits slower than float.
            options.add_session_config_entry("session.x64quantprecision", "1")
        self._active: set[Any] = set()
        self._lock = threading.Lock()
        source = model if isinstance(model, bytes) else str(model)
        try:
            self._session = onnxruntime.InferenceSession(source, options, providers=_providers(device))
        except BadInputError:
            raise
        except Exception as error:
            raise BadModelError(f"ONNX Runtime cannot load {_name(model)}: {first_line(error)}") from error
        self.input_names = [node.name for node in self._session.get_inputs()]

    @property
    def runtime(self) -> Any:
        """ONNX Runtime's own session, for its input and output facts."""
        return self._session

    def run(self, image: Tiles, inputs: dict[str, Maps]) -> Restored:
        """The restored tiles; OutOfMemoryError when they do not fit, StoppedError after `stop`."""
        named = feeds(self.input_names, image, inputs)
        options = onnxruntime.RunOptions()
        options.log_severity_level = 4
        with self._lock:
            self._active.add(options)
        try:
            result: Any = self._session.run(None, named, options)[0]
        except Exception as error:
            if options.terminate:
                raise StoppedError("The run was stopped.") from error
            raise failure(error, image.shape) from error
        finally:
            with self._lock:
                self._active.discard(options)
        return np.ascontiguousarray(result.transpose(0, 2, 3, 1), dtype=np.float32)

    def stop(self) -> None:
        """End the runs in flight within tens of milliseconds."""
        with self._lock:
            for options in self._active:
                options.terminate = True


def _providers(device: str) -> list[Any]:
    available = onnxruntime.get_available_providers()
    if device == "auto":
        # TensorRT builds an engine for minutes: only for those who ask for it.
        wanted = [PROVIDERS[name] for name in ("cuda", "directml", "coreml", "cpu")]
        return [provider for provider in wanted if provider in available]
    kind, _, index = device.partition(":")
    if kind not in PROVIDERS or (index and not index.isdigit()):
        raise BadInputError(f"device is auto, {', '.join(PROVIDERS)} or one with an index (cuda:0), not {device!r}.")
    provider = PROVIDERS[kind]
    if provider not in available:
        usable = [name for name, known in PROVIDERS.items() if known in available]
        raise BadInputError(
            f"device {device!r} needs ONNX Runtime with {provider}; installed are {', '.join(usable)}. "
            "For NVIDIA: pip install onnxruntime-gpu"
        )
    return [(provider, {"device_id": index})] if index and kind != "cpu" else [provider]


def _name(model: Path | bytes) -> str:
    return str(model) if isinstance(model, Path) else "the model"
