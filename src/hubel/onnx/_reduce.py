"""Reductions, products and functions of lines as operators of ONNX."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx_ir as ir

from hubel.onnx._rule import Rule, computed, converted
from hubel.onnx._sizes import Step
from hubel.onnx._writer import INT64, Writer

Args = tuple[ir.Value, ...]

_NAMES = {
    "all": "ReduceMin",
    "any": "ReduceSum",
    "max": "ReduceMax",
    "min": "ReduceMin",
    "prod": "ReduceProd",
    "sum": "ReduceSum",
}


def _reduce(write: Writer, step: Step, args: Args) -> ir.Value:
    node, params = step.node, step.params
    wide: np.dtype[Any] = computed(node.dtype)
    first = args[0]
    if node.gate.name in ("all", "any"):
        first = write.cast(first, step.inputs[0].node.dtype, np.bool_)
        first = write.cast(first, np.bool_, wide)
    else:
        (first,) = converted(write, step, args, wide)
    if params["axis"]:
        axes = write.numbers(*params["axis"])
        keep = int(params.get("keepdims", False))
        first = write.op(_NAMES[node.gate.name], first, axes, keepdims=keep)
    return write.cast(first, wide, node.dtype)


def _arg(write: Writer, step: Step, args: Args) -> ir.Value:
    (x,) = converted(write, step, args, computed(step.inputs[0].node.dtype))
    name = {"argmax": "ArgMax", "argmin": "ArgMin"}[step.node.gate.name]
    keep = int(step.params.get("keepdims", False))
    out = write.op(name, x, axis=step.params["axis"], keepdims=keep)
    return write.cast(out, INT64, step.node.dtype)


def _argsort(write: Writer, step: Step, args: Args) -> ir.Value:
    """Take the positions of the least, all of them; of equals the first one first.

    What is sorted is parted at every place.
    """
    (x,) = converted(write, step, args, computed(step.inputs[0].node.dtype))
    axis = step.params["axis"] % max(len(step.shape), 1)
    count = write.sizes(step.shape[axis : axis + 1])
    out = write.op("TopK", x, count, pick=1, axis=axis, largest=0, sorted=1)
    return write.cast(out, INT64, step.node.dtype)


def _cumsum(write: Writer, step: Step, args: Args) -> ir.Value:
    wide = computed(step.node.dtype)
    (x,) = converted(write, step, args, wide)
    axis = write.constant(step.params["axis"], np.int64)
    out = write.op("CumSum", x, axis, reverse=int(step.params.get("reverse", False)))
    return write.cast(out, wide, step.node.dtype)


def _matmul(write: Writer, step: Step, args: Args) -> ir.Value:
    wide = computed(step.node.dtype)
    out = write.op("MatMul", *converted(write, step, args, wide))
    return write.cast(out, wide, step.node.dtype)


def _einsum(write: Writer, step: Step, args: Args) -> ir.Value:
    wide = computed(step.node.dtype)
    parts = converted(write, step, args, wide)
    out = write.op("Einsum", *parts, equation=step.params["subscripts"])
    return write.cast(out, wide, step.node.dtype)


def _conv2d(write: Writer, step: Step, args: Args) -> ir.Value:
    """Let channels come before pixels, as ONNX has them."""
    x, w = converted(write, step, args, step.node.dtype)
    (top, bottom), (left, right) = step.params["padding"]
    out = write.op(
        "Conv",
        write.transposed(x, (0, 3, 1, 2)),
        write.transposed(w, (3, 2, 0, 1)),
        strides=list(step.params["stride"]),
        pads=[top, left, bottom, right],
    )
    return write.transposed(out, (0, 2, 3, 1))


def _softmax(write: Writer, step: Step, args: Args) -> ir.Value:
    wide = computed(step.node.dtype)
    name = {"softmax": "Softmax", "log_softmax": "LogSoftmax"}[step.node.gate.name]
    (x,) = converted(write, step, args, wide)
    out = write.op(name, x, axis=step.params.get("axis", -1))
    return write.cast(out, wide, step.node.dtype)


REDUCTIONS: dict[str, Rule] = {
    **dict.fromkeys(_NAMES, _reduce),
    "argmax": _arg,
    "argmin": _arg,
    "argpartition": _argsort,
    "argsort": _argsort,
    "conv2d": _conv2d,
    "cumsum": _cumsum,
    "einsum": _einsum,
    "log_softmax": _softmax,
    "matmul": _matmul,
    "softmax": _softmax,
}
