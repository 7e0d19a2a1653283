"""The online way: file → assess → route → tiles → session → blend → file. NumPy and ONNX Runtime, never torch."""
