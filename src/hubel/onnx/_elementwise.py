"""Elementwise gates as operators of ONNX."""

from __future__ import annotations

import numpy as np
import onnx_ir as ir

from hubel.compiler.operation import operation
from hubel.onnx._rule import Rule, computed, converted
from hubel.onnx._sizes import Step
from hubel.onnx._writer import Writer

_NAMES = {
    "absolute": "Abs",
    "add": "Add",
    "arccos": "Acos",
    "arccosh": "Acosh",
    "arcsin": "Asin",
    "arcsinh": "Asinh",
    "arctan": "Atan",
    "arctanh": "Atanh",
    "bitwise_and": "BitwiseAnd",
    "bitwise_invert": "BitwiseNot",
    "bitwise_or": "BitwiseOr",
    "bitwise_xor": "BitwiseXor",
    "ceil": "Ceil",
    "cos": "Cos",
    "cosh": "Cosh",
    "divide": "Div",
    "equal": "Equal",
    "erf": "Erf",
    "exp": "Exp",
    "floor": "Floor",
    "greater": "Greater",
    "greater_equal": "GreaterOrEqual",
    "isinf": "IsInf",
    "isnan": "IsNaN",
    "less": "Less",
    "less_equal": "LessOrEqual",
    "log": "Log",
    "logical_and": "And",
    "logical_not": "Not",
    "logical_or": "Or",
    "logical_xor": "Xor",
    "maximum": "Max",
    "minimum": "Min",
    "multiply": "Mul",
    "negative": "Neg",
    "power": "Pow",
    "rint": "Round",
    "sigmoid": "Sigmoid",
    "sign": "Sign",
    "sin": "Sin",
    "sinh": "Sinh",
    "sqrt": "Sqrt",
    "subtract": "Sub",
    "tan": "Tan",
    "tanh": "Tanh",
}
"""The operator of each primitive."""

_OF_BOOLS = frozenset({"And", "Not", "Or", "Xor"})
_TO_BOOL = frozenset(
    {"Equal", "Greater", "GreaterOrEqual", "IsInf", "IsNaN", "Less", "LessOrEqual"}
)


def _elementwise(write: Writer, step: Step, args: tuple[ir.Value, ...]) -> ir.Value:
    """Compute in the dtype that NumPy computes in, or in a wider one."""
    name, dtype = operation(step.node)
    op = _NAMES[name]
    if op in _OF_BOOLS:
        return write.op(op, *converted(write, step, args, np.bool_))
    wide = computed(dtype)
    out = write.op(op, *converted(write, step, args, wide))
    return write.cast(out, np.bool_ if op in _TO_BOOL else wide, step.node.dtype)


def _where(write: Writer, step: Step, args: tuple[ir.Value, ...]) -> ir.Value:
    dtype = step.node.dtype
    wide = computed(dtype)
    condition = write.cast(args[0], step.inputs[0].node.dtype, np.bool_)
    branches = converted(write, step, args, wide)[1:]
    return write.cast(write.op("Where", condition, *branches), wide, dtype)


def _astype(write: Writer, step: Step, args: tuple[ir.Value, ...]) -> ir.Value:
    return write.cast(args[0], step.inputs[0].node.dtype, step.node.dtype)


def _remainder(write: Writer, step: Step, args: tuple[ir.Value, ...]) -> ir.Value:
    """Divide integers; by 0 it gives 0, as in NumPy, where runtimes would crash."""
    dtype = step.node.dtype
    wide = computed(dtype)
    x, y = converted(write, step, args, wide)
    if dtype.kind == "f":
        return write.cast(write.op("Mod", x, y, fmod=1), wide, dtype)
    zero, divisor = _nonzero(write, y, wide)
    name = step.node.gate.name
    out = write.op("Mod", x, divisor, fmod=int(name == "fmod"))
    if name == "floor_divide":
        out = write.op("Div", write.op("Sub", x, out), divisor)
    out = write.op("Where", zero, write.constant(0, wide), out)
    return write.cast(out, wide, dtype)


def _nonzero(
    write: Writer, y: ir.Value, dtype: np.dtype[np.generic]
) -> tuple[ir.Value, ir.Value]:
    """Return where a divisor is 0, and the divisor with 1 there."""
    zero = write.op("Equal", y, write.constant(0, dtype))
    return zero, write.op("Where", zero, write.constant(1, dtype), y)


def _shift(write: Writer, step: Step, args: tuple[ir.Value, ...]) -> ir.Value:
    """Multiply by a power of 2, or divide by it and round down."""
    computed(step.node.dtype)  # refuses what int64 does not hold
    x, by = converted(write, step, args, np.int64)
    power = write.op("Pow", write.constant(2, np.int64), by)
    if step.node.gate.name == "left_shift":
        out = write.op("Mul", x, power)
    else:
        left = write.op("Mod", x, power, fmod=0)
        out = write.op("Div", write.op("Sub", x, left), power)
    return write.cast(out, np.int64, step.node.dtype)


def _relu(write: Writer, step: Step, args: tuple[ir.Value, ...]) -> ir.Value:
    wide = computed(step.node.dtype)
    (x,) = converted(write, step, args, wide)
    return write.cast(write.op("Relu", x), wide, step.node.dtype)


def _same(write: Writer, step: Step, args: tuple[ir.Value, ...]) -> ir.Value:
    return write.op("Identity", args[0])


_GATES = sorted({*_NAMES, "fabs", "invert"} - {"bitwise_invert"})
"""The gates that are one primitive; two are not named like theirs."""

ELEMENTWISE: dict[str, Rule] = {
    **dict.fromkeys(_GATES, _elementwise),
    "astype": _astype,
    "copy": _same,
    "floor_divide": _remainder,
    "fmod": _remainder,
    "labels_within": _same,
    "later": _same,
    "left_shift": _shift,
    "relu": _relu,
    "remainder": _remainder,
    "right_shift": _shift,
    "stop_gradient": _same,
    "where": _where,
}
