"""Operation: which primitive a gate is, and in which dtype it computes."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.compiler.primitives import DTYPES, ELEMENTWISE
from hubel.gates.define import result_dtype
from hubel.graph.node import CONSTANT, Node

LOGIC = frozenset({"logical_and", "logical_not", "logical_or", "logical_xor"})
TESTS = frozenset({"isfinite", "isinf", "isnan", "signbit"})
OF_BOOLS = {
    "add": "logical_or",
    "bitwise_and": "logical_and",
    "bitwise_invert": "logical_not",
    "bitwise_or": "logical_or",
    "bitwise_xor": "logical_xor",
    "maximum": "logical_or",
    "minimum": "logical_and",
    "multiply": "logical_and",
}
"""What arithmetic means for two bools."""


def operation(node: Node) -> tuple[str, str]:
    """Return a node's primitive and the dtype that its arguments need."""
    op, dtype = ELEMENTWISE[node.gate.name], node.dtype.name
    if op in LOGIC:
        return op, "bool"
    if dtype != "bool" or op == "where":
        return op, dtype
    if op in OF_BOOLS:
        return OF_BOOLS[op], "bool"
    first, last = node.inputs[0], node.inputs[-1]
    weak = first.weak, last.weak
    common = result_dtype(np.add, (first.dtype, last.dtype), weak)
    if op in TESTS and common.kind != "f":
        return op, "float64"
    return op, "uint8" if common.kind == "b" else common.name


FLOATS = frozenset(
    "arccos arccosh arcsin arcsinh arctan arctan2 arctanh cbrt copysign cos cosh "
    "divide erf erfc exp exp2 expm1 hypot log log10 log1p log2 power rint sigmoid sin "
    "sinh sqrt tan tanh".split()
)
"""Primitives of floating-point numbers alone."""


COMPARISONS = frozenset(
    {"equal", "greater", "greater_equal", "less", "less_equal", "not_equal"}
)


def is_operation(node: Node) -> bool:
    """Whether a node is an elementwise primitive of dtypes that backends print."""
    if node.gate.name not in ELEMENTWISE:
        return False
    op, dtype = operation(node)
    if dtype not in DTYPES or (op in FLOATS and not dtype.startswith("float")):
        return False
    if node.dtype.kind == "b" and op not in OF_TRUTH:
        return False
    if op in COMPARISONS and dtype == "float64":  # NumPy compares whole numbers exactly
        return any(i.dtype.kind == "f" for i in node.inputs)
    return op == "cast" or all(_holds(dtype, i) for i in node.inputs)


OF_TRUTH = (
    LOGIC | TESTS | COMPARISONS | frozenset(OF_BOOLS.values()) | {"cast", "where"}
)
"""Primitives that can give a bool."""


def _holds(dtype: str, node: Node) -> bool:
    """Whether a dtype holds a Python number: NumPy refuses what is out of range."""
    kind = np.dtype(dtype)
    if not node.weak or node.dtype.kind != "i" or kind.kind not in "iu":
        return True
    if node.gate is not CONSTANT:
        return kind == np.int64
    limits = np.iinfo(kind)
    number: Any = node.known
    return limits.min <= number <= limits.max
