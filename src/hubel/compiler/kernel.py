"""Kernels: an iteration space, a scalar body, reductions; no backend's loop.

A kernel runs over a space of some outer axes and one inner axis, the last. Its body is
a list of statements in an order in which each follows what it uses. The level of a
statement tells how often it has to be computed: once, once a row (a point of the outer
axes), or once an element. Extents and strides are given when the kernel is called, so
one kernel serves every size.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property

ONCE, ROW, ELEMENT = 0, 1, 2
"""Levels: how often a statement is computed."""


@dataclass(frozen=True, slots=True)
class Operand:
    """An array that a kernel reads or writes, and how its index follows the axes.

    Attributes
    ----------
    dtype : str
        NumPy's name of it: ``float32``, ``bool`` (one byte each) ...
    pattern : str
        For each axis of the space a letter: ``0`` where the index stays the same, ``1``
        where it moves by one element, ``d`` where it moves by as many elements as the
        inner axis is long, ``s`` where it moves by a stride that is given at the call.
        The inner axis may have a ``1``; the axis before it a ``d``, or, of what has one
        element a row, a ``1``.
    """

    dtype: str
    pattern: str

    @property
    def level(self) -> int:
        """How often a load gives something new."""
        if self.pattern[-1:] not in ("", "0"):
            return ELEMENT
        return ROW if self.pattern.strip("0") else ONCE


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of a body, which gives a value unless it is an effect.

    Attributes
    ----------
    op : str
        ``load`` (of ``operand``), ``constant`` (``value``), ``index`` (the position on
        axis ``value``, an int64), ``cast`` (to ``dtype``), ``reduce`` (of ``args[0]``
        over the inner axis by ``value``: ``add``, ``multiply``, ``maximum``,
        ``minimum``, ``fmax``, ``fmin``, ``argmax``, ``argmin``, ``any``, ``all``), an
        elementwise primitive such as ``add``, whose arguments are of one dtype; or an
        effect: ``store`` (``args[0]`` into ``operand``), ``accumulate`` (the same by
        ``value``, over the axes where the operand's pattern is 0; the operand starts as
        the neutral element), ``require`` (``args[0]`` must be true everywhere).
        ``load_at`` and ``accumulate_at`` have positions before their other arguments:
        one for each more letter that the operand's pattern has, which says how far to
        go for it. They are all int64, or int32 if no place of the operand is further
        away. What is accumulated there is added to what is there.
    args : tuple of int
        The positions of earlier statements.
    dtype : str
        Of the value; of what is stored for an effect.
    operand : int
        Which operand; -1 for none.
    value : hashable
        A constant, or the name of a reduction.
    """

    op: str
    args: tuple[int, ...] = ()
    dtype: str = ""
    operand: int = -1
    value: Hashable = None

    @property
    def is_effect(self) -> bool:
        """Whether it gives no value."""
        return self.op in EFFECTS


EFFECTS = frozenset({"store", "accumulate", "require", "accumulate_at"})


@dataclass(frozen=True)
class Kernel:
    """One piece of a plan as data.

    Attributes
    ----------
    rank : int
        The number of axes; 0 is a kernel of scalars.
    operands : tuple of Operand
        No two of them share memory, unless both are only read.
    body : tuple of Statement
    columns : int or None
        The extent of the inner axis where it is few and known: then rows go side by
        side through the machine's vectors, not columns.
    """

    rank: int
    operands: tuple[Operand, ...]
    body: tuple[Statement, ...]
    columns: int | None = None

    @cached_property
    def levels(self) -> tuple[int, ...]:
        """The level of each statement."""
        found: list[int] = []
        for each in self.body:
            found.append(self._level(each, found))
        return tuple(found)

    def _level(self, each: Statement, found: list[int]) -> int:
        below = max([found[i] for i in each.args], default=ONCE)
        match each.op:
            case "load":
                return min(self.operands[each.operand].level, self._deepest)
            case "index":
                return ELEMENT if each.value == self.rank - 1 else ROW
            case "reduce":
                return ROW if self.rank > 1 else ONCE
            case "accumulate_at":
                return self._deepest
            case "store" | "load_at" | "accumulate":
                own = Operand("", self.operands[each.operand].pattern[: self.rank])
                return max(below, own.level)
            case _:
                return below

    @property
    def _deepest(self) -> int:
        return ELEMENT if self.rank else ONCE

    @cached_property
    def key(self) -> str:
        """A name that equal kernels share, and no others."""
        return hashlib.sha256(self.text().encode()).hexdigest()[:16]

    def text(self) -> str:
        """Write the kernel as text.

        Examples
        --------
        >>> load = Statement("load", (), "float32", 0)
        >>> twice = Statement("add", (0, 0), "float32")
        >>> store = Statement("store", (1,), "float32", 1)
        >>> arrays = (Operand("float32", "1"), Operand("float32", "1"))
        >>> print(Kernel(1, arrays, (load, twice, store)).text())
        kernel of 1 axis
          p0: float32 1
          p1: float32 1
          each  %0 = load p0 : float32
          each  %1 = add(%0, %0) : float32
          each  store %1 in p1
        """
        axes = "axis" if self.rank == 1 else "axes"
        known = "" if self.columns is None else f", {self.columns} columns"
        lines = [f"kernel of {self.rank} {axes}{known}"]
        for i, operand in enumerate(self.operands):
            lines.append(f"  p{i}: {operand.dtype} {operand.pattern or '-'}")
        words = ("once", "row ", "each")
        for i, each in enumerate(self.body):
            lines.append(f"  {words[self.levels[i]]}  {_line(i, each)}")
        return "\n".join(lines)


def _line(i: int, each: Statement) -> str:
    args = ", ".join(f"%{a}" for a in each.args)
    match each.op:
        case "load":
            return f"%{i} = load p{each.operand} : {each.dtype}"
        case "load_at":
            return f"%{i} = load p{each.operand}[{args}] : {each.dtype}"
        case "constant":
            return f"%{i} = {each.value!r} : {each.dtype}"
        case "index":
            return f"%{i} = index of axis {each.value} : {each.dtype}"
        case "reduce":
            return f"%{i} = {each.value} of {args} along the row : {each.dtype}"
        case "store":
            return f"store {args} in p{each.operand}"
        case "accumulate" | "accumulate_at":
            return f"{each.op} {args} in p{each.operand} by {each.value}"
        case "require":
            return f"require {args}"
        case _:
            return f"%{i} = {each.op}({args}) : {each.dtype}"
