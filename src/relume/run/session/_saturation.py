"""Whether this processor's 8-bit products overflow: those without VNNI add pairs of them in 16 bits."""

import base64
import functools

import numpy as np
import onnxruntime

# y = MatMulInteger(a, b) with a uint8 16x64 and b int8 64x16, all of it 127; a test writes it anew and compares.
MODEL = base64.b64decode(
    "CAg6hQEKLwoBaxIBYiIPQ29uc3RhbnRPZlNoYXBlKhYKBXZhbHVlKgoIARADKgF/QgF2oAEEChgKAWEKAWISAXkiDU1hdE11bEludGVnZXISAWcq"
    "CwgCEAc6AkAQQgFrWhMKAWESDgoMCAISCAoCCBAKAghAYhMKAXkSDgoMCAYSCAoCCBAKAggQQgQKABAN"
)
ROWS, DEPTH = 16, 64


@functools.cache
def saturates() -> bool:
    """Measured, once: the largest products there are, added up by the kernels that convolutions use."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(MODEL, options, providers=["CPUExecutionProvider"])
    (sums,) = session.run(None, {"a": np.full((ROWS, DEPTH), 255, np.uint8)})
    return not np.array_equal(np.asarray(sums), np.full((ROWS, ROWS), 255 * 127 * DEPTH))
