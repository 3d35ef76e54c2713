"""ONNX: functions that hubel can trace as files that other programs can run."""

from hubel.onnx._verify import verify
from hubel.onnx._write import to_onnx

__all__ = ["to_onnx", "verify"]
