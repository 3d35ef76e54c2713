"""Terms: what gates can be applied to in place of an array.

A term behaves like a NumPy array in expressions: operators, ufuncs and NumPy functions
on it look up the gate (or the composition of gates) that stands for them and apply it.
Nodes of a graph and traced values are the two kinds of terms, so a rule written once
in gates runs on arrays, on nodes and on traced values alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from hubel.graph.methods import Methods
from hubel.graph.operators import Operators
from hubel.graph.refusal import asked, not_covered, refuse
from hubel.graph.registry import GATES, NUMPY, REDUCTIONS, Value, found_later

IDLE = ("casting", "order", "subok")
"""Options of ufuncs about memory and subclasses, which a graph has none of."""


class Term(Operators, Methods):
    """Something that stands for an array: shape, dtype, arithmetic, NumPy."""

    __slots__ = ()

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    weak: bool
    level: int = 0
    __hash__ = object.__hash__

    def apply(self, gate: Any, args: tuple[Value, ...], params: dict[str, Any]) -> Any:
        """Apply a gate to arguments of which this term is the innermost."""
        raise NotImplementedError

    # What NumPy asks of an array-like -------------------------------------------

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Value, **options: Any
    ) -> Any:
        table: dict[Any, Any] = NUMPY if method == "__call__" else REDUCTIONS
        key = ufunc if method == "__call__" else (ufunc, method)
        meaning = table.get(key) or found_later(table, key, ufunc)
        if meaning is None:
            raise not_covered(ufunc, method)
        if not options:
            return meaning(*inputs)
        return _with_options(meaning, inputs, options)

    def __array_function__(
        self,
        function: Callable[..., Any],
        types: tuple[type, ...],
        args: tuple[Any, ...],
        options: dict[str, Any],
    ) -> Any:
        meaning = NUMPY.get(function) or found_later(NUMPY, function, function)
        if meaning is None:
            raise not_covered(function)
        return meaning(*args, **options)

    def __array__(self, *_args: Any, **_options: Any) -> Any:
        raise asked("a plain NumPy array")

    def __float__(self) -> float:
        raise asked(
            "a Python float",
            "use the NumPy function (np.sin in place of math.sin), hb.zeros in "
            "place of a plain array that is filled with a[i] = value, or "
            "hb.stop_gradient where no derivative is wanted",
        )

    def __complex__(self) -> complex:
        raise asked("a Python complex number", "use x + 0j, or x.astype(complex)")

    def __int__(self) -> int:
        raise asked(
            "a Python int", "use np.floor or np.rint, or .astype(int) for an index"
        )

    __trunc__ = __int__

    def __round__(self, digits: int | None = None) -> Any:
        if digits is not None:
            return NUMPY[np.round](self, digits)
        raise asked("a Python int", "use np.rint, or .astype(int) for an index")

    def __bool__(self) -> bool:
        raise refuse(
            "a Python branch (if, while, and, or, not) on a value that is not known "
            "while the graph is recorded",
            remedy="use np.where(condition, this, that), or np.logical_and / or / not",
        )

    def __index__(self) -> int:
        raise asked(
            "an index or a count",
            "pass it as a static argument, or index with an array",
        )

    @property
    def known(self) -> Value | None:
        """The array that this stands for, where it is known during recording."""
        return None

    # Properties that follow from shape and dtype --------------------------------

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        size = 1
        for length in self.shape:
            size *= length
        return size

    @property
    def nbytes(self) -> int:
        """The bytes that the elements take."""
        return self.size * self.dtype.itemsize

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of a traced value without axes")
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        if not self.shape:
            raise refuse(
                "iteration over a traced value without axes",
                "use the value itself, or np.atleast_1d of it",
            )
        return (self[i] for i in range(self.shape[0]))


def _with_options(
    meaning: Callable[..., Any], inputs: tuple[Value, ...], options: dict[str, Any]
) -> Any:
    """Apply a ufunc's meaning under the keyword options that make sense on a graph."""
    out = options.pop("out", None)
    if out is not None and any(each is not None for each in out):
        raise refuse(
            "out= (as in a += b on a plain array) would write a traced value into it",
            remedy="write a = a + b, or use the result that the function returns",
        )
    if options.get("where", True) is True:
        options.pop("where", None)
    elif "axis" not in options:
        raise refuse(
            "where= of a ufunc leaves elements undefined and is not traced",
            remedy="use np.where(condition, f(x), otherwise)",
        )
    for name in ("signature", "sig", "axes"):
        if name in options:
            raise refuse(
                f"{name}= of a ufunc is not traced",
                remedy="use dtype= or x.astype(dtype), and np.moveaxis for axes",
            )
    for name in IDLE:
        options.pop(name, None)
    dtype = options.pop("dtype", None)
    if dtype is not None:  # NumPy computes in it: operands are cast, not results
        cast, to = GATES["astype"], np.dtype(dtype)
        inputs = tuple([x if x is None else cast(x, dtype=to) for x in inputs])
    return meaning(*inputs, **options)
