"""What all rules share: from a step and its arguments to operators of ONNX."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx_ir as ir

from hubel.errors import ExportError
from hubel.onnx._sizes import Step
from hubel.onnx._writer import Writer

Rule = Callable[[Writer, Step, tuple[ir.Value, ...]], ir.Value]
"""Adds the operators of a step, and returns its value."""

_WIDER = {
    "bool": "int32",
    "float16": "float32",
    "int16": "int32",
    "int8": "int32",
    "uint16": "int32",
    "uint32": "int64",
    "uint8": "int32",
}
"""The dtype in which to compute, where runtimes have few operators for one."""


def computed(dtype: Any) -> np.dtype[Any]:
    """Return a dtype that holds all values of one and that runtimes compute in.

    Raises
    ------
    ExportError
        If there is none.
    """
    name = np.dtype(dtype).name
    if name not in ("float32", "float64", "int32", "int64", *_WIDER):
        raise ExportError(
            f"arithmetic in {name} has no form in ONNX that programs can run",
            remedy="Use .astype(np.int64), or floating-point numbers.",
        )
    return np.dtype(_WIDER.get(name, name))


def converted(
    write: Writer, step: Step, args: tuple[ir.Value, ...], dtype: Any
) -> list[ir.Value]:
    """Bring the arguments of a step to one dtype."""
    pairs = zip(args, step.inputs, strict=True)
    return [write.cast(arg, source.node.dtype, dtype) for arg, source in pairs]
