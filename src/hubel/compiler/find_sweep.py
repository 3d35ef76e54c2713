"""Find sweeps: write a small row-separable graph out, number by number."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubel.compiler.batch_axis import WITHOUT, batch_axes
from hubel.compiler.coords import is_reduction, reduced_axes, strides_of
from hubel.compiler.kernel import Statement
from hubel.compiler.operation import FLOATS, operation
from hubel.compiler.primitives import DTYPES, ELEMENTWISE, REDUCTIONS
from hubel.compiler.sweep import AFTER, BEFORE, EACH, Spot, Sweep
from hubel.graph.graph import CoreGraph
from hubel.graph.node import CONSTANT, Node

WIDEST = 16
"""So many numbers a value may have in a row."""
LARGEST = 64
"""So many it may have without rows."""
MOST_GIVEN = 256
"""So many may be loaded before the loop."""
MOST_TOTALS = 100
"""Beyond this the totals of a loop do not fit into registers."""
MOST_NODES = 400
MOST_WORK = 1600
"""Longer loop bodies take too long to compile."""
COSTLY = 20
"""What a function such as tanh counts for."""
COSTLIEST = 50
"""What those count for whose arguments first have to be brought into a range."""

Numbers = NDArray[np.int64]
"""The statements that give a value's elements; its batch axis has length 1."""


def find_sweep(
    graph: CoreGraph, writes: Mapping[str, str], stored: tuple[Node, ...]
) -> Sweep | None:
    """Write a graph as one loop over its rows, if it is small and they do not mix.

    Parameters
    ----------
    graph : CoreGraph
        Of primitive gates, and small.
    writes : mapping of str to str
        Output name to the name of a donated input; what is written has no rows.
    stored : tuple of Node
        What has to go to memory.
    """
    for rows, batched in _guesses(graph, writes):
        axes = batch_axes(graph, rows, batched)
        if axes is not None and _fits(axes, rows):
            found = _Writer(axes, rows).write(graph, stored)
            if found is not None:
                return found
    return None


def is_small(graph: CoreGraph) -> bool:
    """Whether a graph is worth a closer look."""
    if len(graph.nodes) > MOST_NODES:
        return False
    computed = any(not n.is_leaf for n in graph.nodes)
    return computed and all(
        n.size and n.dtype.name in DTYPES and n.dtype.isnative for n in graph.nodes
    )


def _guesses(
    graph: CoreGraph, writes: Mapping[str, str]
) -> Iterator[tuple[int, set[Node]]]:
    """Guess the extent of the batch axis, and which inputs have it."""
    written = {graph.inputs[name] for name in writes.values()}
    given = [n for n in graph.inputs.values() if n.shape and n not in written]
    seconds = {n.inputs[1] for n in graph.nodes if n.gate.name == "matmul"}
    lengths = {n.shape[0] for n in given}
    lengths |= {n for c in graph.nodes if c.gate is CONSTANT for n in c.shape}
    for rows in sorted(lengths, reverse=True):
        if rows > 1:
            every = {n for n in given if n.shape[0] == rows}
            yield rows, every
            if not seconds.isdisjoint(every):  # perhaps a matrix with as many rows
                yield rows, every - seconds
    yield 0, set()


def _fits(axes: Mapping[Node, int], rows: int) -> bool:
    """Whether every value is small."""
    for node, axis in axes.items():
        if axis == WITHOUT and node.size > LARGEST:
            return False
        if axis != WITHOUT and node.size > WIDEST * rows:
            return False
    given = sum(n.size for n, a in axes.items() if n.is_leaf and a == WITHOUT)
    return given <= MOST_GIVEN


class _Mixed(Exception):
    """A value of a row needs a total over the rows: one loop is not enough."""


class _Writer:
    """Writes the statements of a graph whose batch axes are known."""

    def __init__(self, axes: Mapping[Node, int], rows: int) -> None:
        self.axes, self.rows = axes, rows
        self.body: list[Statement] = []
        self.stages: list[int] = []
        self.arrays: dict[Node, int] = {}
        self.known: dict[Node, Numbers] = {}
        self.written: dict[tuple[Any, ...], int] = {}
        self.work = 0
        self.rules: dict[str, Callable[[Node], Numbers]] = {
            "transpose": lambda node: self._of(node).transpose(node.params["axes"]),
            "reshape": lambda node: self._of(node).reshape(self.shape(node)),
            "broadcast_to": lambda n: np.broadcast_to(self._of(n), self.shape(n)),
            "slice": self._moved,
            "concatenate": self._moved,
            "stack": self._moved,
            "matmul": self._matmul,
            "one_hot": self._one_hot,
            "labels_within": self._within,
        }

    def write(self, graph: CoreGraph, stored: tuple[Node, ...]) -> Sweep | None:
        """Write all statements; None if there are too many, or rows mix."""
        try:
            for node in graph.nodes:
                self.known[node] = self._node(node)
                if self.work > MOST_WORK:
                    return None
            for node in stored:
                self._store(node)
        except _Mixed:
            return None
        if sum(each.op == "total" for each in self.body) > MOST_TOTALS:
            return None
        return Sweep(
            self.rows, tuple(self.arrays), tuple(self.body), tuple(self.stages)
        )

    def shape(self, node: Node) -> tuple[int, ...]:
        """Return the shape of a value in one row."""
        own = self.axes[node]
        return tuple(1 if a == own else n for a, n in enumerate(node.shape))

    # Statements -------------------------------------------------------------------

    def _add(self, op: str, *args: int, dtype: str, stage: int, **rest: Any) -> int:
        """Add a statement, or find the same one."""
        made = Statement(op, args, dtype, **rest)
        key = op, args, dtype, made.operand, repr(made.value)
        if made.is_effect or key not in self.written:
            self.body.append(made)
            self.stages.append(stage)
            self.written[key] = len(self.body) - 1
            self.work += _work(op)
        return self.written[key]

    def _stage(self, args: tuple[int, ...]) -> int:
        stages = {self.stages[a] for a in args}
        if stages >= {EACH, AFTER}:
            raise _Mixed
        return max(stages)

    def _apply(self, op: str, *args: int, dtype: str, **rest: Any) -> int:
        return self._add(op, *args, dtype=dtype, stage=self._stage(args), **rest)

    def _constant(self, value: Any, dtype: np.dtype[Any]) -> int:
        with np.errstate(all="ignore"):
            number = np.asarray(value).astype(dtype).item()
        return self._add("constant", dtype=dtype.name, stage=BEFORE, value=number)

    def _cast(self, number: int, dtype: str) -> int:
        each = self.body[number]
        if each.dtype == dtype:
            return number
        if each.op == "constant":
            return self._constant(each.value, np.dtype(dtype))
        return self._apply("cast", number, dtype=dtype)

    def _total(self, number: int, how: str) -> int:
        """Reduce a number over the rows."""
        if self.stages[number] == AFTER:
            raise _Mixed
        dtype = self.body[number].dtype
        return self._add("total", number, dtype=dtype, stage=AFTER, value=how)

    def _each(self, function: Callable[..., int], *args: Numbers) -> Numbers:
        """Write statements for all elements of arguments that broadcast together."""
        given = np.broadcast_arrays(*args)
        found = [
            function(*map(int, each))
            for each in zip(*(g.flat for g in given), strict=True)
        ]
        return np.array(found, np.int64).reshape(given[0].shape)

    # Nodes ------------------------------------------------------------------------

    def _of(self, node: Node, position: int = 0) -> Numbers:
        return self.known[node.inputs[position]]

    def _node(self, node: Node) -> Numbers:
        """Write the statements of a node; return those that give its elements."""
        name = node.gate.name
        if node.gate is CONSTANT:
            return self._known(node)
        if node.is_leaf:
            return self._loads(node)
        if name in self.rules:
            return self.rules[name](node)
        if is_reduction(node):
            return self._reduce(node)
        args = [self.known[i] for i in node.inputs]
        if name == "copy" or ELEMENTWISE[name] == "cast":
            return self._each(partial(self._cast, dtype=node.dtype.name), *args)
        return self._each(partial(self._elementwise, node), *args)

    def _elementwise(self, node: Node, *args: int) -> int:
        op, wanted = operation(node)
        kinds = ["bool", wanted, wanted] if op == "where" else [wanted] * len(args)
        cast = [self._cast(a, kind) for a, kind in zip(args, kinds, strict=True)]
        return self._apply(op, *cast, dtype=node.dtype.name)

    def _known(self, node: Node) -> Numbers:
        """Write a constant, or load it where rows differ."""
        value, axis = np.asarray(node.known), self.axes[node]
        if axis != WITHOUT:
            first = value.take([0], axis)
            if not (value == first).all():
                return self._loads(node)
            value = first
        numbers = [self._constant(each, node.dtype) for each in value.flat]
        return np.array(numbers, np.int64).reshape(value.shape)

    def _loads(self, node: Node) -> Numbers:
        stage = BEFORE if self.axes[node] == WITHOUT else EACH
        operand, dtype = self._operand(node), node.dtype.name
        numbers = [
            self._add("load", dtype=dtype, stage=stage, operand=operand, value=spot)
            for spot in self._spots(node)
        ]
        return np.array(numbers, np.int64).reshape(self.shape(node))

    def _store(self, node: Node) -> None:
        """Store the elements of a value that has memory."""
        axis, dtype = self.axes[node], node.dtype.name
        stage = AFTER if axis == WITHOUT else EACH
        operand = self._operand(node)
        for number, spot in zip(self.known[node].flat, self._spots(node), strict=True):
            if self.stages[number] > stage:
                raise _Mixed
            rest: dict[str, Any] = {"operand": operand, "value": spot}
            self._add("store", int(number), dtype=dtype, stage=stage, **rest)

    def _operand(self, node: Node) -> int:
        return self.arrays.setdefault(node, len(self.arrays))

    def _spots(self, node: Node) -> list[Spot]:
        """Return where the elements of a value lie, in C order."""
        places = np.arange(node.size).reshape(node.shape)
        axis = self.axes[node]
        if axis == WITHOUT:
            return [Spot(int(p), 0) for p in places.flat]
        stride = strides_of(node.shape)[axis]
        return [Spot(int(p), stride) for p in places.take([0], axis).flat]

    def _moved(self, node: Node) -> Numbers:
        """Let the gate itself move what stands for the elements.

        A slice that takes all rows takes the one that is there.
        """
        given = [self.known[i] for i in node.inputs]
        moved = np.asarray(node.gate.forward(*given, **node.params))
        return self._each(partial(self._cast, dtype=node.dtype.name), moved)

    def _reduce(self, node: Node) -> Numbers:
        """Fold what lies in a row, then what is left over the rows."""
        (source,) = node.inputs
        how, dtype = REDUCTIONS[node.gate.name], node.dtype.name
        value = self.known[source]
        if not how.startswith("arg"):
            value = self._each(partial(self._cast, dtype=dtype), value)
        axes = reduced_axes(node)
        kept = [a for a in range(value.ndim) if a not in axes]
        count = math.prod(value.shape[a] for a in axes)
        lines = value.transpose(*kept, *axes).reshape(-1, count)
        found = [self._fold(how, tuple(map(int, line)), dtype) for line in lines]
        if self.axes[source] in axes:
            found = [self._total(each, how) for each in found]
        return np.array(found, np.int64).reshape(self.shape(node))

    def _fold(self, how: str, args: tuple[int, ...], dtype: str) -> int:
        if len(args) == 1:
            first = how.startswith("arg")
            return self._constant(0, np.dtype(dtype)) if first else args[0]
        return self._apply("fold", *args, dtype=dtype, value=how)

    def _matmul(self, node: Node) -> Numbers:
        """Multiply row by column; over the batch axis, one product for each row."""
        left, right = (self.known[i] for i in node.inputs)
        dtype = node.dtype.name
        left = self._each(partial(self._cast, dtype=dtype), np.atleast_2d(left))
        right = right.reshape(len(right), -1)
        right = self._each(partial(self._cast, dtype=dtype), right)
        times = partial(self._apply, "multiply", dtype=dtype)
        found: list[int] = []
        for row in left:
            for column in right.T:
                products = self._each(times, row, column)
                found.append(self._fold("add", tuple(map(int, products)), dtype))
        sums = self.axes[node.inputs[0]] == len(node.inputs[0].shape) - 1
        if sums and self.axes[node.inputs[1]] == 0:
            found = [self._total(each, "add") for each in found]
        return np.array(found, np.int64).reshape(self.shape(node))

    def _one_hot(self, node: Node) -> Numbers:
        """Compare labels with the number of each class."""
        label = self._each(partial(self._cast, dtype="int64"), self._of(node))
        count = range(node.shape[-1])
        classes = [self._constant(i, np.dtype(np.int64)) for i in count]
        same = self._each(
            partial(self._apply, "equal", dtype="bool"),
            label[..., None],
            np.array(classes, np.int64),
        )
        return self._each(partial(self._cast, dtype=node.dtype.name), same)

    def _within(self, node: Node) -> Numbers:
        """Require that each label is the number of a class."""
        limits = (0, node.params["classes"])
        least, most = (self._constant(c, np.dtype(np.int64)) for c in limits)
        for label in self._of(node).flat:
            number = self._cast(int(label), "int64")
            above = self._apply("greater_equal", number, least, dtype="bool")
            below = self._apply("less", number, most, dtype="bool")
            both = self._apply("logical_and", above, below, dtype="bool")
            self._apply("require", both, dtype="bool")
        return self._of(node)


def _work(op: str) -> int:
    """Return about how many instructions a primitive is."""
    if op not in FLOATS or op in _CHEAP:
        return 1
    return COSTLIEST if op in _COSTLIEST else COSTLY


_CHEAP = frozenset({"copysign", "divide", "rint", "sqrt"})
"""Primitives of floats that machines have."""

_COSTLIEST = frozenset({"cos", "erf", "erfc", "power", "sin", "tan"})
