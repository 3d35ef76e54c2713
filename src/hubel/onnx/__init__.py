"""ONNX: a function that hubel can trace as a file that other programs can run."""

from hubel.onnx._write import to_onnx

__all__ = ["to_onnx"]
