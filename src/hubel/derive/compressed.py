"""Compressed Jacobians: a few sweeps with seeds that are sums, and every entry read.

What depends on the pattern alone, the seeds and where each entry is read, is made once
(:class:`Compression`); sweeps then run on values, through functions, or as one graph
that is compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from hubel.derive.forward import push
from hubel.derive.groups import Coloring
from hubel.derive.reverse import pull
from hubel.derive.sweeps import Sweeps
from hubel.errors import ShapeError
from hubel.graph.graph import CoreGraph, build
from hubel.graph.node import Node, constant_node
from hubel.graph.registry import GATES, Value
from hubel.graph.walk import dependents, topological_order
from hubel.structure.arithmetic import Array
from hubel.structure.pattern import Pattern
from hubel.structure.sparse import Sparse

Sweep = Callable[[Array], Any]
"""From a flat seed to a flat tangent, or a flat gradient."""


class Compression:
    """The seeds of a colouring, and where the sweeps hold each entry of a pattern.

    Parameters
    ----------
    pattern : Pattern
        The places of the Jacobian.
    coloring : Coloring
        Of that pattern.

    Raises
    ------
    ShapeError
        When the colouring does not bring every entry of the pattern.

    Examples
    --------
    >>> from hubel.derive.coloring import color_columns
    >>> pattern = Pattern.of(np.eye(4) + np.eye(4, k=1))
    >>> plan = Compression(pattern, color_columns(pattern))
    >>> matrix = 2 * np.eye(4) + np.eye(4, k=1)
    >>> plan.jacobian(jvp=lambda t: matrix @ t).todense()
    array([[2., 1., 0., 0.],
           [0., 2., 1., 0.],
           [0., 0., 2., 1.],
           [0., 0., 0., 2.]])
    """

    __slots__ = ("coloring", "pattern", "readings")

    def __init__(self, pattern: Pattern, coloring: Coloring) -> None:
        sizes = (coloring.rows.size, coloring.columns.size)
        if sizes != pattern.shape:
            raise ShapeError(
                f"a colouring of {sizes[0]} x {sizes[1]} for {pattern!r}.",
                remedy="Colour this pattern.",
            )
        self.pattern = pattern
        self.coloring = coloring
        self.readings = coloring.readings(pattern)
        lost = int(np.count_nonzero(self.readings < 0))
        if lost:
            raise ShapeError(
                f"the sweeps of the colouring do not tell {lost} of {pattern.nnz} "
                "entries apart.",
                remedy="Colour this pattern.",
            )

    def forward_seeds(self, dtype: DTypeLike = np.float64) -> Array:
        """Return the seed of each forward sweep: shape (sweeps, columns)."""
        return _seeds(self.coloring.columns, self.coloring.forward, dtype)

    def reverse_seeds(self, dtype: DTypeLike = np.float64) -> Array:
        """Return the seed of each reverse sweep: shape (sweeps, rows)."""
        return _seeds(self.coloring.rows, self.coloring.reverse, dtype)

    def recover(self, forward: Sequence[Any], reverse: Sequence[Any] = ()) -> Sparse:
        """Read the entries from what the sweeps brought, one array for each."""
        if not self.pattern.nnz:
            return Sparse(self.pattern, np.zeros(0))
        brought = [np.reshape(x, -1) for x in (*forward, *reverse)]
        return Sparse(self.pattern, np.concatenate(brought)[self.readings])

    def jacobian(
        self,
        jvp: Sweep | None = None,
        vjp: Sweep | None = None,
        dtype: DTypeLike = np.float64,
    ) -> Sparse:
        """Run the sweeps through functions and read the entries.

        Parameters
        ----------
        jvp, vjp : callable
            From a flat seed to what one sweep brings, flat; the one that the colouring
            does not use may be left out. For a Hessian, ``jvp`` is the product with it.
        dtype : dtype
            Of the seeds.
        """
        for sweep, count, name in (
            (jvp, self.coloring.forward, "jvp"),
            (vjp, self.coloring.reverse, "vjp"),
        ):
            if count and sweep is None:
                raise ShapeError(f"the colouring takes {count} sweeps: give {name}=.")
        forward = [_ran(jvp, seed) for seed in self.forward_seeds(dtype)]
        reverse = [_ran(vjp, seed) for seed in self.reverse_seeds(dtype)]
        return self.recover(forward, reverse)


def _ran(sweep: Sweep | None, seed: Array) -> Array:
    assert sweep is not None  # checked before
    # A sweep may hand out the same array every time.
    return np.array(sweep(seed))


def _seeds(colors: Array, count: int, dtype: DTypeLike) -> Array:
    seeds = np.zeros((count, colors.size), dtype)
    brought = np.flatnonzero(colors >= 0)
    if count:
        seeds[colors[brought], brought] = 1
    return seeds


def compressed_jacobian(
    nodes: Sequence[Node],
    values: Mapping[Node, Value],
    source: Node,
    output: Node,
    plan: Compression,
) -> Sparse:
    """Return the Jacobian of an output at the values of a forward sweep.

    Parameters
    ----------
    nodes : sequence of Node
        In topological order.
    values : mapping of Node to value
        What the forward sweep put on the nodes.
    source, output : Node
        Elements count in C order.
    plan : Compression
        Of a pattern that covers the Jacobian's.
    """
    sweeps = Sweeps(nodes, values, [source], [output])
    forward = sweeps.bring(plan.forward_seeds(source.dtype), source, output)
    reverse = sweeps.bring(plan.reverse_seeds(output.dtype), output, source)
    return plan.recover([*forward, *reverse])


def _swept(
    nodes: Sequence[Node],
    values: Mapping[Node, Value],
    source: Node,
    output: Node,
    plan: Compression,
) -> list[tuple[Value | None, int]]:
    """Sweep once for each colour; None stands for zeros, beside the size of each."""
    parts: list[tuple[Value | None, int]] = []
    for seed in plan.forward_seeds(source.dtype):
        tangents = push(nodes, values, {source: _shaped(seed, source)})
        parts.append((tangents.get(output), output.size))
    if plan.coloring.reverse:
        active = dependents([source], nodes)
        for seed in plan.reverse_seeds(output.dtype):
            upstream = {output: _shaped(seed, output)}
            gradients = pull(nodes, values, upstream, active)
            parts.append((gradients.get(source), source.size))
    return parts


def _shaped(seed: Array, node: Node) -> Value:
    return seed.reshape(node.shape)[()]


def compressed_graph(
    graph: CoreGraph, source: str, output: str, plan: Compression
) -> CoreGraph:
    """Derive the graph of an output and the entries of its Jacobian, to be compiled.

    Seeds are constants of the graph: what depends on them alone is folded, and the
    sweeps share all that does not depend on them.

    Parameters
    ----------
    graph : CoreGraph
        Of the function.
    source, output : str
        The names of an input and an output.
    plan : Compression
        Of a pattern that covers the Jacobian's at all values of the inputs.

    Returns
    -------
    CoreGraph
        Its inputs are those of ``graph``, its outputs are ``output`` and ``entries``,
        the values of ``Sparse(plan.pattern, entries)``.
    """
    start, end = graph.inputs[source], graph.outputs[output]
    nodes = topological_order([start, end])
    parts = _swept(nodes, {n: n for n in nodes}, start, end, plan)
    dtype = np.result_type(end.dtype, start.dtype)
    flat = [
        _as_node(np.zeros(size, dtype) if part is None else part, size)
        for part, size in parts
    ]
    if flat:
        joined = GATES["concatenate"](*flat, axis=0)
        entries = GATES["gather"](joined, plan.readings, axis=0)
    else:
        entries = constant_node(np.zeros(0, dtype))
    return build(graph.inputs, {output: end, "entries": entries})


def _as_node(part: Value, size: int) -> Node:
    node = part if isinstance(part, Node) else constant_node(np.asarray(part))
    return node if node.shape == (size,) else GATES["reshape"](node, shape=(size,))


def hessian_graph(
    graph: CoreGraph, source: str, output: str, plan: Compression
) -> CoreGraph:
    """Derive the graph of a scalar output, its gradient and its Hessian's entries.

    The outputs are ``output``, ``gradient`` and ``entries``; see `compressed_graph`.
    """
    start, end = graph.inputs[source], graph.outputs[output]
    nodes = topological_order([start, end])
    upstream = {end: np.ones(end.shape, end.dtype)[()]}
    active = dependents([start], nodes)
    found = pull(nodes, {n: n for n in nodes}, upstream, active).get(start)
    zero: Any = np.zeros(start.shape, start.dtype)[()]
    gradient = _as_node(zero if found is None else found, start.size)
    whole = build(graph.inputs, {"gradient": gradient})
    entries = compressed_graph(whole, source, "gradient", plan).outputs["entries"]
    shaped = GATES["reshape"](gradient, shape=start.shape)
    return build(graph.inputs, {output: end, "gradient": shaped, "entries": entries})
