"""What is written on a gate in a drawing, and how its numbers are."""

from __future__ import annotations

import math
import re
from typing import Any, Final

import numpy as np

from hubel.graph.node import Node

_MINUS = "−"
_SIGNS: Final[dict[str, str]] = {
    "absolute": "|x|",
    "add": "+",
    "chain": "×",
    "divide": "÷",
    "einsum": "Σ×",
    "equal": "=",
    "floor_divide": "⌊÷⌋",
    "greater": ">",
    "greater_equal": "≥",
    "less": "<",
    "less_equal": "≤",
    "log": "ln",
    "matmul": "@",
    "maximum": "max",
    "minimum": "min",
    "multiply": "×",
    "negative": "×−1",
    "not_equal": "≠",
    "positive": "+x",
    "power": "xʸ",
    "reciprocal": "1/x",
    "remainder": "mod",
    "sigmoid": "σ",
    "sqrt": "√",
    "square": "x²",
    "subtract": _MINUS,
    "sum": "Σ",
    "transpose": "ᵀ",
    "true_divide": "÷",
}
"""The signs of gates that have one; all others are written by their names."""

_BEFORE: Final[dict[str, str]] = {
    "add": "+{}",
    "divide": "{}/x",
    "maximum": "max({}, x)",
    "minimum": "min({}, x)",
    "multiply": "×{}",
    "power": "{}ˣ",
    "subtract": "{} − x",
}
"""The signs of gates whose first operand is a constant number."""

_BEHIND: Final[dict[str, str]] = {
    **_BEFORE,
    "divide": "÷{}",
    "power": "x^{}",
    "subtract": "−{}",
}
"""The signs of gates whose second operand is a constant number."""

_POWERS: Final = {"x^2": "x²", "x^3": "x³"}


def sign(node: Node) -> tuple[str, tuple[int, ...]]:
    """Return what is written on a gate, and the positions of its inputs with wires.

    A constant number is written into the gate: ``+1``, ``1/x``.
    """
    name, everything = node.gate.name, tuple(range(len(node.inputs)))
    if len(node.inputs) == 2:
        for position, forms in ((0, _BEFORE), (1, _BEHIND)):
            constant = _constant(node.inputs[position])
            if constant is not None and name in forms:
                written = forms[name].format(constant)
                return _POWERS.get(written, written), (1 - position,)
    return _SIGNS.get(name, name.replace("_", " ")), everything


def _constant(node: Node) -> str | None:
    """Write a constant number; None for anything else."""
    known = node.known
    if node.inputs or known is None or node.shape or node.dtype.kind not in "biuf":
        return None
    return constant(float(known))


def constant(value: float) -> str:
    """Write a constant as one would in a formula.

    Examples
    --------
    >>> constant(1.0), constant(-0.5), constant(0.1 + 0.2), constant(1e-5)
    ('1', '−0.5', '0.3', '1e−5')
    """
    return _typeset(f"{value:.4g}").replace("inf", "∞")


def number(value: complex, digits: int) -> str:
    """Write a number with so many digits behind the point, or the first that count.

    Examples
    --------
    >>> number(-0.0, 2), number(-1.5, 2), number(0.00123, 2), number(12, 2)
    ('0.00', '−1.50', '1.2e−3', '12')
    """
    if isinstance(value, (bool, np.bool)):
        return "true" if value else "false"
    if isinstance(value, (int, np.integer)):
        return f"{value}".replace("-", _MINUS)
    if isinstance(value, (complex, np.complexfloating)):
        real, imaginary = number(value.real, digits), number(abs(value.imag), digits)
        return f"{real} {_MINUS if value.imag < 0 else '+'} {imaginary}i"
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else f"{_MINUS if value < 0 else ''}∞"
    size = abs(value)
    if size and not 0.5 * 10**-digits <= size < 1e5:
        text = f"{value:.{max(digits - 1, 0)}e}"
    else:
        text = f"{value:.{digits}f}"
        text = text.removeprefix("-") if float(text) == 0 else text
    return _typeset(text)


def _typeset(text: str) -> str:
    """Write an exponent without plus and zeros in front, and minus as such."""
    return re.sub(r"e\+?(-?)0*", r"e\1", text).replace("-", _MINUS)


def amount(value: Any, digits: int) -> str:
    """Write a number, or an array as its mean between its smallest and largest entry.

    Examples
    --------
    >>> amount(0.5, 2), amount(np.array([-1.0, 2.0]), 2)
    ('0.50', '0.50 [−1.00, 2.00]')
    >>> amount(np.array([1.0, np.nan]), 2)
    '1 of 2 not finite'
    """
    if value is None:
        return ""
    array: Any = np.asarray(value)
    if not array.ndim:
        return number(array.item(), digits)
    if not array.size:
        return "empty"
    if array.dtype.kind == "c":
        array = np.abs(array)
    if array.dtype.kind == "b":
        return f"{np.count_nonzero(array)} of {array.size} true"
    wild = int(array.size - np.count_nonzero(np.isfinite(array)))
    if wild:
        return f"{wild} of {array.size} not finite"
    low, high = array.min().item(), array.max().item()
    mean = float(array.mean(dtype=np.float64))
    if abs(mean) < 1e-12 * max(abs(low), abs(high)):
        mean = 0.0  # what is left of rounding
    return f"{number(mean, digits)} [{number(low, digits)}, {number(high, digits)}]"


def shape(node: Node) -> str:
    """Write the shape of an array; nothing for a number."""
    return " × ".join(str(length) for length in node.shape)
