"""Running an ONNX file with onnxruntime, or skipping the test where there is none."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("onnx_ir", reason="onnx-ir, of the extra onnx, writes the files")
runtime = pytest.importorskip("onnxruntime", reason="onnxruntime runs the files")


def run(content: bytes, **inputs: Any) -> list[Any]:
    """Return the outputs of a file, in their order.

    Raises
    ------
    NotImplementedError
        If onnxruntime lacks an operator for a dtype, which ONNX has.
    """
    try:
        return session(content).run(None, inputs)
    except runtime.capi.onnxruntime_pybind11_state.NotImplemented as error:
        raise NotImplementedError(str(error)) from None


def session(content: bytes) -> Any:
    quiet = runtime.SessionOptions()
    quiet.log_severity_level = 4
    quiet.intra_op_num_threads = 1
    return runtime.InferenceSession(content, quiet, providers=["CPUExecutionProvider"])
