"""Dense Jacobians: a sweep for every element of the inputs, or of the outputs.

Like the sweeps themselves they run on whatever the values are: on arrays they fill a
matrix, on traced values of an outer trace they record one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from hubel.derive.effort import between
from hubel.derive.forward import push
from hubel.derive.local import dtype_between
from hubel.derive.reverse import pull
from hubel.errors import DifferentiationError
from hubel.graph.node import Node
from hubel.graph.registry import GATES, Value
from hubel.graph.term import Term

Array = np.ndarray[Any, Any]
Product = Callable[[Array], Array]
Pair = tuple[Node, Node]
"""An output and an input."""


class Sweeps:
    """The sweeps between some inputs and some outputs of a trace.

    Parameters
    ----------
    nodes : sequence of Node
        In topological order.
    values : mapping of Node to value
        What the forward sweep put on each node.
    inputs, outputs : sequence of Node
        What is differentiated with respect to what.

    Attributes
    ----------
    flow : dict of Node to list of int
        What lies between them; see :func:`hubel.derive.effort.between`.
    """

    def __init__(
        self,
        nodes: Sequence[Node],
        values: Mapping[Node, Value],
        inputs: Sequence[Node],
        outputs: Sequence[Node],
    ) -> None:
        self.inputs = list(dict.fromkeys(inputs))
        self.outputs = list(dict.fromkeys(outputs))
        self.values = values
        self.flow = between(nodes, self.inputs, self.outputs)
        self.nodes = list(self.flow)

    def push(self, seeds: Mapping[Node, Value]) -> dict[Node, Value]:
        """Bring tangents of inputs to the outputs that have one."""
        found = push(self.nodes, self.values, seeds)
        return {node: found[node] for node in self.outputs if node in found}

    def pull(self, seeds: Mapping[Node, Value]) -> dict[Node, Value]:
        """Bring upstream gradients of outputs to the inputs that get one."""
        active = {*self.nodes, *self.inputs}
        found = pull(self.nodes, self.values, seeds, active)
        return {node: found[node] for node in self.inputs if node in found}

    def by_columns(self) -> dict[Pair, Value]:
        """Return every block by forward sweeps, one for each element of the inputs.

        A complex input takes two, for its real and its imaginary part, where the
        result is real.
        """
        blocks: dict[Pair, Value] = {}
        for source in self.inputs:
            columns = [self._column(unit, source) for unit in _units(source)]
            for node in self.outputs:
                parts = [column.get(node) for column in columns]
                blocks[node, source] = _assembled(parts, node, source, last=True)
        self._require_holomorphic(blocks)
        return blocks

    def _column(self, unit: Array, source: Node) -> dict[Node, Value]:
        found = self.push({source: unit})
        if source.dtype.kind == "c" and any(n.dtype.kind == "f" for n in found):
            turned = self.push({source: unit * 1j})
            for node in found:
                if node.dtype.kind == "f":
                    found[node] = found[node] - 1j * turned.get(node, 0)
        return found

    def by_rows(self) -> dict[Pair, Value]:
        """Return every block by reverse sweeps, one for each element of the outputs.

        A complex result takes two where the input is real.
        """
        blocks: dict[Pair, Value] = {}
        for node in self.outputs:
            rows = [self._row(unit, node) for unit in _units(node)]
            for source in self.inputs:
                parts = [row.get(source) for row in rows]
                blocks[node, source] = _assembled(parts, node, source, last=False)
        self._require_holomorphic(blocks)
        return blocks

    def _row(self, unit: Array, node: Node) -> dict[Node, Value]:
        found = self.pull({node: unit})
        if node.dtype.kind == "c" and any(s.dtype.kind == "f" for s in self.inputs):
            # Upstream gradients pair with tangents as Re(g t): that of -i brings the
            # imaginary part.
            turned = self.pull({node: unit * -1j})
            for source in set(found) | set(turned):
                if source.dtype.kind == "f":
                    imaginary = turned.get(source, 0)
                    found[source] = found.get(source, 0) + 1j * imaginary
        return found

    def products(self, node: Node, source: Node) -> tuple[Product, Product]:
        """Return the two products of one block, each of which is a sweep or two."""

        def pushed(tangent: Array) -> Array:
            if source.dtype.kind == "f" and tangent.dtype.kind == "c":
                return pushed(tangent.real) + 1j * pushed(tangent.imag)
            found = self._column(tangent.astype(source.dtype), source)
            return np.asarray(found.get(node, np.zeros(node.shape, node.dtype)))

        def pulled(upstream: Array) -> Array:
            if node.dtype.kind == "f" and upstream.dtype.kind == "c":
                return pulled(upstream.real) + 1j * pulled(upstream.imag)
            found = self._row(upstream.astype(node.dtype), node)
            return np.asarray(found.get(source, np.zeros(source.shape, source.dtype)))

        return pushed, pulled

    def _require_holomorphic(self, blocks: Mapping[Pair, Value]) -> None:
        """Refuse complex functions of complex arguments that no matrix describes.

        Such a matrix commutes with i: a tangent that is turned by it is multiplied.
        """
        for source in self.inputs:
            if source.dtype.kind != "c":
                continue
            tangent = np.exp(1j * (1.0 + np.arange(source.size))).reshape(source.shape)
            found = self.push({source: tangent.astype(source.dtype)})
            for node, moved in found.items():
                block = blocks[node, source]
                if node.dtype.kind != "c" or isinstance(block, Term):
                    continue
                expected = np.tensordot(block, tangent, tangent.ndim)
                rough = np.sqrt(np.finfo(node.dtype).eps)
                if not np.allclose(expected, moved, rtol=rough, equal_nan=True):
                    raise DifferentiationError(
                        "a complex result is not a holomorphic function of a complex "
                        "argument: no complex matrix is its Jacobian",
                        remedy="differentiate its real and imaginary parts, or pass "
                        "the real and imaginary parts of the argument",
                    )


def _units(node: Node) -> Iterator[Array]:
    """Give the unit arrays of a node's shape, one after the other."""
    for place in range(node.size):
        unit = np.zeros(node.size, node.dtype)
        unit[place] = 1
        yield unit.reshape(node.shape)


def _assembled(
    parts: Sequence[Value | None], node: Node, source: Node, *, last: bool
) -> Value:
    """Put columns (or rows) together as an array of both shapes."""
    shape, dtype = node.shape + source.shape, dtype_between(source, node)
    if all(part is None for part in parts):
        return np.zeros(shape, dtype)
    empty = np.zeros(node.shape if last else source.shape, dtype)
    full = [empty if part is None else part for part in parts]
    if any(isinstance(part, Term) for part in full):
        return _recorded(full, shape, dtype, last=last)
    axis = -1 if last else 0
    return np.stack(full, axis).reshape(shape).astype(dtype, copy=False)


def _recorded(
    parts: Sequence[Value], shape: tuple[int, ...], dtype: Any, *, last: bool
) -> Value:
    """Do the same with terms, by gates."""
    axis = len(getattr(parts[0], "shape", ())) if last else 0
    joined = GATES["stack"](*parts, axis=axis)
    joined = GATES["reshape"](joined, shape=shape)
    return joined if joined.dtype == dtype else GATES["astype"](joined, dtype=dtype)
