"""Reductions: what they start from, how they go on, and totals along a loop."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hubel.compiler.llvm.casts import cast
from hubel.compiler.llvm.primitives import emit_primitive
from hubel.compiler.llvm.scalar import (
    GROUP,
    MEMORY,
    PARALLEL,
    TYPES,
    Code,
    constant,
    kind,
)

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
    """What a loop reduces, in variables.

    Parameters
    ----------
    code : Code
    how : str
        The reduction.
    dtype : str
        Of what is reduced.
    """

    blocked = False
    """Whether the loop has to go in blocks of at most `BLOCK` elements."""

    def __init__(self, code: Code, how: str, dtype: str) -> None:
        self.code, self.how, self.dtype = code, how, dtype
        self._slot = code.slot(TYPES[dtype])

    def start(self) -> None:
        """Begin before the loop."""
        self._set(self._slot, neutral(self.how, self.dtype), self.dtype)

    def add(self, value: str, index: str) -> None:
        """Take the next element."""
        del index
        before = self._get(self._slot, self.dtype)
        after = combine(self.code, self.how, before, value, self.dtype)
        self._set(self._slot, after, self.dtype)

    def result(self) -> str:
        """Return what the loop has reduced."""
        return self._get(self._slot, self.dtype)

    def start_block(self, start: str) -> None:
        """Begin before a block, which starts at an index."""

    def end_block(self, start: str, stop: str) -> None:
        """Take a block over into the whole."""

    def _get(self, slot: str, dtype: str) -> str:
        return self.code.value(f"load {TYPES[dtype]}, ptr {slot}")

    def _set(self, slot: str, value: str, dtype: str) -> None:
        self.code.do(f"store {TYPES[dtype]} {value}, ptr {slot}")


class FloatSum(Total):
    """A sum of floats: blocks in their own precision, added in float64.

    So a long sum is as exact as NumPy's, which adds pairs of halves.
    """

    blocked = True

    def __init__(self, code: Code, how: str, dtype: str) -> None:
        super().__init__(code, how, dtype)
        self._whole = code.slot("double")

    def start(self) -> None:
        """Begin before the loop."""
        self._set(self._whole, constant(0, "float64"), "float64")

    def start_block(self, start: str) -> None:
        """Begin before a block."""
        del start
        self._set(self._slot, constant(0, self.dtype), self.dtype)

    def end_block(self, start: str, stop: str) -> None:
        """Add a block to the whole."""
        del start, stop
        part = cast(self.code, self._get(self._slot, self.dtype), self.dtype, "float64")
        whole = self._get(self._whole, "float64")
        after = self.code.value(f"fadd double {whole}, {part}")
        self._set(self._whole, after, "float64")

    def result(self) -> str:
        """Return the sum."""
        return cast(self.code, self._get(self._whole, "float64"), "float64", self.dtype)


class Position(Total):
    """The position of an extremum: each block is searched if its extremum is better.

    The loop itself finds the extremum of a block and keeps the block's elements, which
    vector code can do; a second loop finds where that extremum is.
    """

    blocked = True

    def __init__(self, code: Code, how: str, dtype: str) -> None:
        super().__init__(code, how, dtype)
        self._best, self._found = code.slot(TYPES[dtype]), code.slot("i64")
        self._elements = code.slot(f"[{BLOCK} x {MEMORY[dtype]}]")
        self._extremum = "maximum" if how == "argmax" else "minimum"

    def start(self) -> None:
        """Begin before the loop."""
        self._set(self._best, neutral(self.how, self.dtype), self.dtype)
        self._set(self._found, "0", "int64")

    def start_block(self, start: str) -> None:
        """Begin before a block."""
        self._start = start
        self._set(self._slot, neutral(self.how, self.dtype), self.dtype)

    def add(self, value: str, index: str) -> None:
        """Take the next element."""
        code, before = self.code, self._get(self._slot, self.dtype)
        after = combine(code, self._extremum, before, value, self.dtype)
        self._set(self._slot, after, self.dtype)
        place = code.value(f"sub i64 {index}, {self._start}")
        code.store(value, self._element(place), self.dtype, group=GROUP)

    def end_block(self, start: str, stop: str) -> None:
        """Search a block whose extremum is better than what was before."""
        code, new = self.code, self._get(self._slot, self.dtype)
        best = self._get(self._best, self.dtype)
        move = better(code, self.how, new, best, self.dtype)
        with code.when(move):
            self._set(self._best, new, self.dtype)
            self._set(self._found, str(2**63 - 1), "int64")
            count = code.value(f"sub i64 {stop}, {start}")
            with code.loop(count, metadata=PARALLEL) as place:
                self._compare(place, new)
            place = self._get(self._found, "int64")
            self._set(self._found, code.value(f"add i64 {start}, {place}"), "int64")

    def result(self) -> str:
        """Return the position."""
        return self._get(self._found, "int64")

    def _compare(self, place: str, extremum: str) -> None:
        """Take the place of an element if it is the extremum and the first one."""
        code, before = self.code, self._get(self._found, "int64")
        element = code.load(self._element(place), self.dtype, group=GROUP)
        same = emit_primitive(code, "equal", (element, extremum), self.dtype)
        if kind(self.dtype) == "float":  # where there is NaN, it is the extremum
            wrong = emit_primitive(code, "isnan", (element,), self.dtype)
            same = code.value(f"or i1 {same}, {wrong}")
        here = code.value(f"select i1 {same}, i64 {place}, i64 {2**63 - 1}")
        self._set(self._found, code.intrinsic("smin", "int64", before, here), "int64")

    def _element(self, place: str) -> str:
        kind_ = MEMORY[self.dtype]
        text = f"getelementptr inbounds {kind_}, ptr {self._elements}, i64 {place}"
        return self.code.value(text)


def make_total(code: Code, how: str, dtype: str) -> Total:
    """Return the total of a reduction."""
    if how in _BETTER:
        return Position(code, how, dtype)
    if how == "add" and kind(dtype) == "float":
        return FloatSum(code, how, dtype)
    return Total(code, how, dtype)
