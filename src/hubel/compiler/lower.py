"""Lower: from a group of nodes to a kernel and the arrays that it is called with."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hubel.compiler.coords import (
    Shape,
    is_layout,
    is_reduction,
    reduced_axes,
)
from hubel.compiler.kernel import ELEMENT, ONCE, ROW, Kernel, Operand, Statement
from hubel.compiler.locate import Location
from hubel.compiler.operation import operation
from hubel.compiler.picks import (
    PICKED,
    Coords,
    is_pick,
    is_scatter,
    length_walked,
    walked,
)
from hubel.compiler.primitives import ELEMENTWISE, REDUCTIONS
from hubel.compiler.reach import reach
from hubel.compiler.regions import Group
from hubel.graph.node import CONSTANT, Node

FEW = 16
"""So many columns are written out one by one, and rows go side by side."""
FAR = 2**31
"""Places below this are numbers of 32 bits."""
MANY = 8
"""Fewer rows than this are not worth it."""


@dataclass(frozen=True, slots=True, eq=False)
class Array:
    """What a kernel is given for an operand.

    Attributes
    ----------
    root : Node
        Whose memory.
    offset : int
        Elements from its start.
    strides : tuple of int
        Elements from one to the next along each axis of the space, then along each of
        its own axes on which the kernel computes positions.
    """

    root: Node
    offset: int
    strides: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class KernelCall:
    """A kernel with the arrays and extents that it is called with.

    Attributes
    ----------
    kernel : Kernel
    space : tuple of int
        The extent of each axis.
    arrays : tuple of Array
        One for each operand.
    nodes : tuple of Node
        What it computes.
    """

    kernel: Kernel
    space: Shape
    arrays: tuple[Array, ...]
    nodes: tuple[Node, ...]


def lower(
    group: Group,
    kept: Iterable[Node],
    locations: Mapping[Node, Location],
    position: Mapping[Node, int],
) -> KernelCall:
    """Write the kernel of a group.

    Parameters
    ----------
    group : Group
    kept : iterable of Node
        The members whose values go to memory.
    locations : mapping of Node to Location
    position : mapping of Node to int
        An order of the nodes in which each follows its arguments.
    """
    order = sorted(group.members, key=position.__getitem__)
    draft = _Writer(group, locations, group.space)
    draft.write(order, set(kept))
    merged = _merge(draft, group)
    writer = _Writer(group, locations, merged.space, merged.axes)
    writer.write(order, set(kept))
    arrays = tuple(writer.arrays)
    kernel = Kernel(
        len(merged.space),
        tuple(
            Operand(writer.dtypes[i], pattern_of(array.strides, merged.space))
            for i, array in enumerate(arrays)
        ),
        tuple(writer.body),
        few_columns(merged.space),
    )
    return KernelCall(kernel, merged.space, arrays, tuple(order))


def few_columns(space: Shape) -> int | None:
    """Return the number of columns where they are to be written out."""
    if len(space) < 2 or math.prod(space[:-1]) < MANY:
        return None
    return space[-1] if 0 < space[-1] <= FEW else None


def pattern_of(strides: Coords, space: Shape) -> str:
    """Write how an index follows the axes; of dense rows, so that it is known."""
    rank = len(space)
    own = "".join("s" if stride else "0" for stride in strides[rank:])
    if own:
        last = "1" if strides[-1] == 1 else own[-1]
        return pattern_of(strides[:rank], space) + own[:-1] + last
    letters = ["s" if stride else "0" for stride in strides]
    if strides[-1:] == (1,):
        letters[-1] = "1"
    if len(strides) > 1:
        if strides[-2:] == (1, 0):
            letters[-2] = "1"
        elif strides[-2:] == (space[-1], 1):
            letters[-2] = "d"
    return "".join(letters)


@dataclass(frozen=True, slots=True)
class _Merged:
    """A space with fewer axes, and the new number of each old axis."""

    space: Shape
    axes: Coords


def _merge(draft: _Writer, group: Group) -> _Merged:
    """Drop axes of length 1, and make one of neighbours that all arrays run through."""
    space: list[int] = []
    axes: list[int] = []
    before = -1  # the last axis that was kept
    for a, length in enumerate(group.space):
        if length == 1:
            axes.append(-1)
            continue
        if before >= 0 and not draft.apart & {before, a} and draft.runs_on(before, a):
            space[-1] *= length
        else:
            space.append(length)
        axes.append(len(space) - 1)
        before = a
    return _Merged(tuple(space), tuple(axes))


class _Writer:
    """Writes statements over a space whose axes are those of a group, some merged."""

    def __init__(
        self,
        group: Group,
        locations: Mapping[Node, Location],
        space: Shape,
        axes: Coords | None = None,
    ) -> None:
        self.group, self.locations, self.space = group, locations, space
        self.axes = tuple(range(len(space))) if axes is None else axes
        self.body: list[Statement] = []
        self.levels: list[int] = []
        self.known: dict[Node, int] = {}
        self.written: dict[tuple[Any, ...], int] = {}
        self.reduced: list[set[int]] = []
        self.arrays: list[Array] = []
        self.operands: dict[tuple[Any, ...], int] = {}
        self.dtypes: list[str] = []
        self.apart: set[int] = set()  # axes that must not be merged with others

    def write(self, order: list[Node], kept: set[Node]) -> None:
        """Write the statements of all nodes, then what goes to memory."""
        for node in order:
            self.known[node] = self._node(node)
        for node in order:
            if node in kept and node not in self.group.totals:
                self._store(node)

    def runs_on(self, a: int, b: int) -> bool:
        """Whether every array and reduction takes two axes as one."""
        length = self.group.space[b]
        if any((a in axes) != (b in axes) for axes in self.reduced):
            return False
        return all(s.strides[a] == s.strides[b] * length for s in self.arrays)

    # Statements -------------------------------------------------------------------

    def _add(self, op: str, *args: int, dtype: str, **rest: Any) -> int:
        """Add a statement, or find the same one."""
        made = Statement(op, args, dtype, **rest)
        key = op, args, dtype, made.operand, repr(made.value)
        repeats = made.is_effect and op != "require"
        if repeats or key not in self.written:
            self.body.append(made)
            self.levels.append(self._level(made))
            self.written[key] = len(self.body) - 1
        return self.written[key]

    def _level(self, made: Statement) -> int:
        rows = ROW if len(self.space) > 1 else ONCE
        match made.op:
            case "load" | "load_at":
                strides = self.arrays[made.operand].strides[: len(self.space)]
                own = ELEMENT if strides[-1:] > (0,) else rows * any(strides)
                return max([own, *(self.levels[a] for a in made.args)])
            case "index":
                return ELEMENT if made.value == len(self.space) - 1 else ROW
            case "reduce":
                return rows
            case _:
                return max([self.levels[a] for a in made.args], default=ONCE)

    def _cast(self, value: int, dtype: str) -> int:
        each = self.body[value]
        if each.dtype == dtype:
            return value
        if each.op == "constant":
            return self._constant(each.value, np.dtype(dtype))
        return self._add("cast", value, dtype=dtype)

    def _constant(self, value: Any, dtype: np.dtype[Any]) -> int:
        with np.errstate(all="ignore"):
            number = np.asarray(value).astype(dtype).item()
        return self._add("constant", dtype=dtype.name, value=number)

    def _node(self, node: Node) -> int:
        """Write the statements of a node; return the one that gives its value."""
        if is_pick(node):
            return self._pick(node)
        args = [self._argument(node, i) for i in range(len(node.inputs))]
        name, dtype = node.gate.name, node.dtype.name
        if is_reduction(node):
            return self._reduce(node, args[0])
        if is_layout(node):
            return args[0]
        if name == "one_hot":
            return self._one_hot(node, args[0])
        if name == "labels_within":
            return self._within(args[0], node.params["classes"])
        if name == "copy" or ELEMENTWISE[name] == "cast":
            return self._cast(args[0], dtype)
        op, wanted = operation(node)
        kinds = ["bool", wanted, wanted] if op == "where" else [wanted] * len(args)
        args = [self._cast(a, kind) for a, kind in zip(args, kinds, strict=True)]
        return self._add(op, *args, dtype=dtype)

    def _argument(self, node: Node, position: int) -> int:
        """Return the statement that gives an argument: computed, constant or loaded."""
        source = node.inputs[position]
        if source in self.known and source not in self.group.totals:
            return self.known[source]
        if source.gate is CONSTANT and (value := _uniform(source)) is not None:
            return self._constant(value, source.dtype)
        coords = self.group.of(node, position)
        dtype = source.dtype.name
        array = self._array(self.locations[source], coords)
        return self._add("load", dtype=dtype, operand=self._use(array, dtype))

    def _array(self, where: Location, coords: Coords) -> Array:
        along = [0] * len(self.group.space)
        own: list[int] = []
        for stride, coord in zip(where.strides, coords, strict=True):
            if coord >= 0:
                along[coord] += stride  # a diagonal has two axes on one
            elif coord == PICKED:
                own.append(stride)
        strides = [0] * len(self.space)
        for old, new in enumerate(self.axes):
            if new >= 0:
                strides[new] = along[old]  # of merged axes, that of the last
        return Array(where.root, where.offset, (*strides, *own))

    def _use(self, array: Array, dtype: str) -> int:
        """Give an array the number of an operand."""
        key = id(array.root), array.offset, array.strides
        if key not in self.operands:
            self.operands[key] = len(self.arrays)
            self.arrays.append(array)
            self.dtypes.append(dtype)
        return self.operands[key]

    def _store(self, node: Node) -> None:
        array = self._array(self.locations[node], self.group.members[node])
        dtype = node.dtype.name
        operand = self._use(array, dtype)
        self._add("store", self.known[node], dtype=dtype, operand=operand)

    def _pick(self, node: Node) -> int:
        """Read or add where index arrays say."""
        dtype, args = node.dtype.name, [self._position(node, i) for i in walked(node)]
        if is_scatter(node):
            op, whole, coords = "accumulate_at", node, self.group.members[node]
            args.append(self._argument(node, 0))
        else:
            op, whole, coords = "load_at", node.inputs[0], self.group.of(node, 0)
        array = self._array(self.locations[whole], coords)
        how = "add" if is_scatter(node) else None
        operand = self._use(array, dtype)
        return self._add(op, *args, dtype=dtype, operand=operand, value=how)

    def _position(self, node: Node, position: int) -> int:
        """Return an index brought to a place that there is, after requiring that."""
        length = length_walked(node, position)
        least, most = reach(node.inputs[position])
        near = self._root_of(node).size < FAR
        small = near and FAR > most and -FAR <= least
        dtype = "int32" if small else "int64"
        index = self._cast(self._argument(node, position), dtype)
        zero, end = (self._constant(n, np.dtype(dtype)) for n in (0, length))
        if least < 0:
            back = self._add("less", index, zero, dtype="bool")
            around = self._add("add", index, end, dtype=dtype)
            index = self._add("where", back, around, index, dtype=dtype)
        if least < -length or most >= length:
            unsigned = [self._cast(i, f"u{dtype}") for i in (index, end)]
            inside = self._add("less", *unsigned, dtype="bool")
            self._add("require", inside, dtype="bool")
            index = self._add("where", inside, index, zero, dtype=dtype)
        return self._cast(index, "int32" if near else "int64")

    def _root_of(self, node: Node) -> Node:
        """Return what owns the memory of the array that a node indexes."""
        whole = node if is_scatter(node) else node.inputs[0]
        return self.locations[whole].root

    def _one_hot(self, node: Node, labels: int) -> int:
        """Compare the labels with the position on the last axis."""
        own = self.group.members[node][-1]
        if own < 0:  # of one class
            number = self._constant(0, np.dtype(np.int64))
        else:
            self.apart.add(own)
            number = self._add("index", dtype="int64", value=self.axes[own])
        same = self._add("equal", self._cast(labels, "int64"), number, dtype="bool")
        return self._cast(same, node.dtype.name)

    def _within(self, labels: int, classes: int) -> int:
        """Require that each label is the number of a class."""
        number = self._cast(labels, "int64")
        least, most = (self._constant(c, np.dtype(np.int64)) for c in (0, classes))
        above = self._add("greater_equal", number, least, dtype="bool")
        below = self._add("less", number, most, dtype="bool")
        both = self._add("logical_and", above, below, dtype="bool")
        self._add("require", both, dtype="bool")
        return labels

    def _reduce(self, node: Node, value: int) -> int:
        """Reduce along the row, and what is left into memory."""
        coords = self.group.arguments[node]
        old = {coords[a] for a in reduced_axes(node)} - {-1}
        self.reduced.append(old)
        axes = {self.axes[a] for a in old}
        how, dtype = REDUCTIONS[node.gate.name], node.dtype.name
        if not how.startswith("arg"):
            value = self._cast(value, dtype)
        elif not axes:
            return self._constant(0, node.dtype)
        inner = len(self.space) - 1
        if inner in axes:
            value = self._add("reduce", value, dtype=dtype, value=how)
        if node in self.group.totals:
            self._accumulate(node, value, how, axes - {inner})
        return value

    def _accumulate(self, node: Node, value: int, how: str, axes: set[int]) -> None:
        if axes and self.levels[value] == ONCE:
            value = self._each(value, min(axes))
        array = self._array(self.locations[node], self.group.members[node])
        dtype = node.dtype.name
        operand = self._use(array, dtype)
        self._add("accumulate", value, dtype=dtype, operand=operand, value=how)

    def _each(self, value: int, axis: int) -> int:
        """Make a value that is always the same count at every point of an axis."""
        zero = self._constant(0, np.dtype(np.int64))
        index = self._add("index", dtype="int64", value=axis)
        always = self._add("greater_equal", index, zero, dtype="bool")
        return self._add("where", always, value, value, dtype=self.body[value].dtype)


def _uniform(node: Node) -> Any:
    """Return the number that a constant is everywhere, or None.

    Of zeros the signs count. A NaN is equal to nothing: an array of them is an array.
    """
    value = np.asarray(node.known)
    if not value.size:
        return None
    first = value.reshape(-1)[0]
    if value.size == 1 or not any(value.strides):
        return first
    if not (value == first).all() or (np.signbit(value) != np.signbit(first)).any():
        return None
    return first
