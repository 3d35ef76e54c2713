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
from hubel.derive.many import FEWEST, pull_many, push_many, together, units
from hubel.derive.reverse import pull
from hubel.errors import DifferentiationError
from hubel.graph.node import Node
from hubel.graph.registry import Value
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
            parts = [self._columns(seeds, source) for seeds in self._units(source)]
            for node in self.outputs:
                columns = [part.get(node) for part in parts]
                blocks[node, source] = _assembled(columns, node, source, last=True)
        self._require_holomorphic(blocks)
        return blocks

    def _columns(self, seeds: Array, source: Node) -> dict[Node, Value]:
        """Bring tangents of one input, one after the other along the first axis."""
        found = self._pushed(seeds, source)
        if source.dtype.kind == "c" and any(n.dtype.kind == "f" for n in found):
            turned = self._pushed(seeds * 1j, source)
            for node in found:
                if node.dtype.kind == "f":
                    found[node] = found[node] - 1j * turned.get(node, 0)
        return found

    def _pushed(self, seeds: Array, source: Node) -> dict[Node, Value]:
        if len(seeds) < FEWEST:
            return _stacked([self.push({source: seed}) for seed in seeds])
        found = push_many(self.nodes, self.values, source, seeds)
        return {node: found[node] for node in self.outputs if node in found}

    def by_rows(self) -> dict[Pair, Value]:
        """Return every block by reverse sweeps, one for each element of the outputs.

        A complex result takes two where the input is real.
        """
        blocks: dict[Pair, Value] = {}
        for node in self.outputs:
            parts = [self._rows(seeds, node) for seeds in self._units(node)]
            for source in self.inputs:
                rows = [part.get(source) for part in parts]
                blocks[node, source] = _assembled(rows, node, source, last=False)
        self._require_holomorphic(blocks)
        return blocks

    def _rows(self, seeds: Array, node: Node) -> dict[Node, Value]:
        """Bring upstream gradients of one output, along the first axis."""
        found = self._pulled(seeds, node)
        if node.dtype.kind == "c" and any(s.dtype.kind == "f" for s in self.inputs):
            # Upstream gradients pair with tangents as Re(g t): that of -i brings the
            # imaginary part.
            turned = self._pulled(seeds * -1j, node)
            for source in set(found) | set(turned):
                if source.dtype.kind == "f":
                    imaginary = turned.get(source, 0)
                    found[source] = found.get(source, 0) + 1j * imaginary
        return found

    def _pulled(self, seeds: Array, node: Node) -> dict[Node, Value]:
        if len(seeds) < FEWEST:
            return _stacked([self.pull({node: seed}) for seed in seeds])
        active = {*self.nodes, *self.inputs}
        found = pull_many(self.nodes, self.values, node, seeds, active)
        return {node: found[node] for node in self.inputs if node in found}

    def bring(self, seeds: Array, start: Node, end: Node) -> Array:
        """Sweep from an input to an output, or back, once for each of many seeds.

        Parameters
        ----------
        seeds : array
            Of shape (sweeps, elements of ``start``).

        Returns
        -------
        array
            Of shape (sweeps, elements of ``end``).
        """
        found = np.zeros((len(seeds), end.size), dtype_between(start, end))
        sweep = self._columns if start in {*self.inputs} else self._rows
        count = together(self.nodes, self.inputs)
        for first in range(0, len(seeds), count):
            part = seeds[first : first + count]
            moved = sweep(part.reshape(-1, *start.shape), start).get(end)
            if moved is not None:
                found[first : first + count] = np.reshape(moved, (len(part), -1))
        return found

    def _units(self, node: Node) -> Iterator[Array]:
        return units(node, together(self.nodes, self.inputs))

    def products(self, node: Node, source: Node) -> tuple[Product, Product]:
        """Return the two products of one block, each of which is a sweep or two."""

        def pushed(tangent: Array) -> Array:
            if source.dtype.kind == "f" and tangent.dtype.kind == "c":
                return pushed(tangent.real) + 1j * pushed(tangent.imag)
            found = self._columns(tangent.astype(source.dtype)[None], source)
            return _first(found.get(node), node)

        def pulled(upstream: Array) -> Array:
            if node.dtype.kind == "f" and upstream.dtype.kind == "c":
                return pulled(upstream.real) + 1j * pulled(upstream.imag)
            found = self._rows(upstream.astype(node.dtype)[None], node)
            return _first(found.get(source), source)

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


def _stacked(found: Sequence[Mapping[Node, Value]]) -> dict[Node, Value]:
    """Put what single sweeps brought one after the other along the first axis."""
    if len(found) == 1:
        return {node: part[None] for node, part in found[0].items()}
    nodes = dict.fromkeys([node for part in found for node in part])
    return {node: np.stack([part[node] for part in found]) for node in nodes}


def _first(found: Value | None, node: Node) -> Array:
    return np.zeros(node.shape, node.dtype) if found is None else np.asarray(found[0])


def _assembled(
    parts: Sequence[Value | None], node: Node, source: Node, *, last: bool
) -> Value:
    """Put columns (or rows) together as an array of both shapes."""
    shape, dtype = node.shape + source.shape, dtype_between(source, node)
    known = [part for part in parts if part is not None]
    if not known:
        return np.zeros(shape, dtype)
    # Whether a sweep arrives depends on the graph alone: either all do or none.
    joined: Value = known[0] if len(known) == 1 else np.concatenate(known)
    if last:
        joined = np.moveaxis(joined, 0, -1)
    return np.reshape(joined, shape).astype(dtype, copy=False)
