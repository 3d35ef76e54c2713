"""Reductions: what they start from, how they go on, and totals along a loop."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hubel.compiler.llvm.casts import cast
from hubel.compiler.llvm.primitives import emit_primitive
from hubel.compiler.llvm.scalar import TYPES, Code, constant, kind

BLOCK = 1024
"""So many floats are added in their own precision; blocks are added in float64."""

_LOGICAL = {"any": "bitwise_or", "all": "bitwise_and"}
_BETTER = {"argmax": "greater", "argmin": "less"}
_UPWARD = frozenset({"maximum", "fmax", "argmax"})


def neutral(how: str, dtype: str) -> str:
    """Return the constant that a reduction starts from.

    Examples
    --------
    >>> neutral("multiply", "int32"), neutral("maximum", "int8"), neutral("any", "bool")
    ('1', '-128', 'false')
    """
    if how in ("add", "any"):
        return constant(0, dtype)
    if how in ("multiply", "all"):
        return constant(1, dtype)
    if kind(dtype) == "float":
        worst = -np.inf if how in _UPWARD else np.inf
        return constant(np.nan if how in ("fmax", "fmin") else worst, dtype)
    if dtype == "bool":
        return constant(how not in _UPWARD, dtype)
    limits = np.iinfo(dtype)
    return constant(limits.min if how in _UPWARD else limits.max, dtype)


def combine(code: Code, how: str, a: str, b: str, dtype: str) -> str:
    """Append one step of a reduction other than argmax and argmin."""
    if kind(dtype) == "float" and how in ("add", "multiply"):
        verb = "fadd" if how == "add" else "fmul"
        return code.value(f"{verb} {code.reassoc}{TYPES[dtype]} {a}, {b}")
    return emit_primitive(code, _LOGICAL.get(how, how), (a, b), dtype)


def better(code: Code, how: str, x: str, best: str, dtype: str) -> str:
    """Say whether argmax or argmin moves on to a later element; the first NaN wins."""
    found = emit_primitive(code, _BETTER[how], (x, best), dtype)
    if kind(dtype) != "float":
        return found
    wrong = code.value(f"fcmp uno {TYPES[dtype]} {x}, {x}")
    right = code.value(f"fcmp ord {TYPES[dtype]} {best}, {best}")
    return code.value(f"or i1 {found}, {code.value(f'and i1 {wrong}, {right}')}")


def fold(code: Code, how: str, values: Sequence[str], dtype: str) -> str:
    """Reduce values that stand side by side."""
    if how in _BETTER:
        return _fold_position(code, how, values, dtype)
    found = values[0]
    for each in values[1:]:
        found = combine(code, how, found, each, dtype)
    return found


def _fold_position(code: Code, how: str, values: Sequence[str], dtype: str) -> str:
    best, position = values[0], "0"
    for i, each in enumerate(values[1:], 1):
        move = better(code, how, each, best, dtype)
        best, position = _moved(code, move, (each, str(i)), (best, position), dtype)
    return position


def _moved(
    code: Code, move: str, new: tuple[str, str], old: tuple[str, str], dtype: str
) -> tuple[str, str]:
    """Choose between two pairs of a value and its position."""
    best = emit_primitive(code, "where", (move, new[0], old[0]), dtype)
    return best, emit_primitive(code, "where", (move, new[1], old[1]), "int64")


class Total:
    """What a loop reduces, in a variable.

    Parameters
    ----------
    code : Code
    how : str
        The reduction.
    dtype : str
        Of what is reduced.
    """

    def __init__(self, code: Code, how: str, dtype: str) -> None:
        self.code, self.how, self.dtype = code, how, dtype
        self.blocked = how == "add" and kind(dtype) == "float"
        self._slot = code.slot(TYPES[dtype])
        self._position = code.slot("i64") if how in _BETTER else ""
        self._whole = code.slot("double") if self.blocked else ""

    def start(self) -> None:
        """Begin before the loop."""
        if self.blocked:
            self._set(self._whole, constant(0, "float64"), "float64")
        else:
            self.start_block()
        if self._position:
            self._set(self._position, "0", "int64")

    def start_block(self) -> None:
        """Begin before a block of the loop."""
        self._set(self._slot, neutral(self.how, self.dtype), self.dtype)

    def add(self, value: str, index: str) -> None:
        """Take the next element."""
        code, before = self.code, self._get(self._slot, self.dtype)
        if not self._position:
            after = combine(code, self.how, before, value, self.dtype)
        else:
            move = better(code, self.how, value, before, self.dtype)
            old = (before, self._get(self._position, "int64"))
            after, place = _moved(code, move, (value, index), old, self.dtype)
            self._set(self._position, place, "int64")
        self._set(self._slot, after, self.dtype)

    def end_block(self) -> None:
        """Add a block to the whole."""
        part = cast(self.code, self._get(self._slot, self.dtype), self.dtype, "float64")
        whole = self._get(self._whole, "float64")
        after = self.code.value(f"fadd double {whole}, {part}")
        self._set(self._whole, after, "float64")

    def result(self) -> str:
        """Return what the loop has reduced."""
        if self._position:
            return self._get(self._position, "int64")
        if self.blocked:
            whole = self._get(self._whole, "float64")
            return cast(self.code, whole, "float64", self.dtype)
        return self._get(self._slot, self.dtype)

    def _get(self, slot: str, dtype: str) -> str:
        return self.code.value(f"load {TYPES[dtype]}, ptr {slot}")

    def _set(self, slot: str, value: str, dtype: str) -> None:
        self.code.do(f"store {TYPES[dtype]} {value}, ptr {slot}")
