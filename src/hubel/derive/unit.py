"""A graph used as one gate: what happens inside is not kept, but computed again.

A sweep over a graph keeps the value of every node. Of a unit it keeps the arguments
alone: its derivative is a graph of them (and of the upstream gradient or the tangents),
which computes what is inside once more, and is a unit in turn. So recomputation holds
for derivatives of every order, for batches, and in a plan, where the parts of a unit
take its place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from hubel.derive.batch import batch_graph
from hubel.derive.forward import push
from hubel.derive.reverse import gradient_graph
from hubel.derive.together import Together
from hubel.gates._concatenate import concatenate
from hubel.gates._later import later
from hubel.gates._layout import reshape
from hubel.gates._slice import slice_of
from hubel.gates.batch import Call
from hubel.gates.define import dtype_of
from hubel.graph.cost import total
from hubel.graph.evaluate import evaluate, settle
from hubel.graph.graph import CoreGraph, build
from hubel.graph.node import (
    CONSTANT,
    INPUT,
    Facts,
    Gate,
    Node,
    Spec,
    constant_node,
    input_node,
)
from hubel.graph.observer import observer
from hubel.graph.registry import GATES, Value
from hubel.graph.source import Replay
from hubel.graph.term import Term


def apply(
    graph: CoreGraph,
    args: Sequence[Value],
    first: Value = None,
    check: Callable[[], None] | None = None,
) -> list[Value]:
    """Apply a graph: to arrays at once, to terms as one gate.

    Parameters
    ----------
    graph : CoreGraph
        Its outputs are floating or complex, or there is only one.
    args : sequence of value
        One for each input.
    first : value, optional
        The packed outputs for these arguments, where they are known already.
    check : callable, optional
        Called before the graph is computed again.

    Returns
    -------
    list of value
        One for each output.
    """
    if not any(isinstance(arg, Term) for arg in args):
        return run(graph, args)
    specs = [node.spec for node in graph.outputs.values()]
    packed = unit(_packed(graph), first, check)(*args)
    return unpack(packed, specs)


def unit(
    graph: CoreGraph, first: Value = None, check: Callable[[], None] | None = None
) -> Gate:
    """Make the gate of a graph with one output."""
    body = _Body(graph, [] if first is None else [first], check)
    facts = Facts(
        operations=lambda _: total(graph)[0], expand=body.expand, batch=body.batch
    )
    return Gate(
        "remat",
        body.forward,
        body.infer,
        (Together(body.gradients, body.tangent),),
        facts,
    )


def run(graph: CoreGraph, args: Sequence[Value]) -> list[Value]:
    """Evaluate a graph on arrays, keeping each value as long as it is needed."""
    watch = observer()
    values: dict[Node, Value] = dict(zip(graph.inputs.values(), args, strict=True))
    done = _last_readers(graph)
    with np.errstate(all="ignore"), Replay() as replay:
        for node in graph.nodes:
            if node.gate is CONSTANT:
                values[node] = node.constant
            elif node.gate is not INPUT:
                replay.at(node.line)
                known = [values[source] for source in node.inputs]
                values[node] = settle(node.gate(*known, **node.params), node.weak)
                if watch:
                    watch.computed(node, values[node], known)
                for source in done.get(node, ()):
                    del values[source]
    return [values[node] for node in graph.outputs.values()]


def _last_readers(graph: CoreGraph) -> dict[Node, list[Node]]:
    """List for each node what nothing after it reads; outputs stay."""
    kept = set(graph.outputs.values())
    done: dict[Node, list[Node]] = {}
    for node in reversed(graph.nodes):
        for source in node.inputs:
            if source not in kept:
                kept.add(source)
                done.setdefault(node, []).append(source)
    return done


def pack(values: Sequence[Value]) -> Value:
    """Lay values end to end in one vector; a single one stays as it is."""
    if len(values) == 1:
        return values[0]
    dtype = np.result_type(*[dtype_of(value) for value in values])
    return concatenate(*[_flat(value, dtype) for value in values], axis=0)


def _flat(value: Value, dtype: np.dtype[Any]) -> Value:
    if dtype_of(value) != dtype:
        value = GATES["astype"](value, dtype=dtype)
    return reshape(value, shape=(int(np.size(value)),))


def unpack(packed: Value, specs: Sequence[Spec]) -> list[Value]:
    """Take apart what :func:`pack` made of values of these specs."""
    if len(specs) == 1:
        return [packed]
    values: list[Value] = []
    start = 0
    for spec in specs:
        size = int(np.prod(spec.shape, dtype=int))
        span = (start, start + size, 1) if size else (0, 0, 1)
        part = reshape(slice_of(packed, index=(span,)), shape=spec.shape)
        if dtype_of(part) != spec.dtype:
            if spec.dtype.kind == "f" and dtype_of(part).kind == "c":
                part = GATES["real"](part)
            part = GATES["astype"](part, dtype=spec.dtype)
        values.append(part)
        start += size
    return values


def _packed(graph: CoreGraph) -> CoreGraph:
    """Give a graph one output, and names that its derivatives do not give."""
    out = pack(list(graph.outputs.values()))
    inputs = {f"x{i}": node for i, node in enumerate(graph.inputs.values())}
    return build(inputs, {"out": _as_node(out)})


def _as_node(value: Value) -> Node:
    return value if isinstance(value, Node) else constant_node(value)


class _Body:
    """What a unit is made of: a graph with one output."""

    def __init__(
        self, graph: CoreGraph, first: list[Value], check: Callable[[], None] | None
    ) -> None:
        self.graph = graph
        self.check = check
        self._first = first  # the result that is asked for first, if it is known

    def infer(self, *_specs: Spec) -> Spec:
        """Return the spec of the output."""
        return self.graph.outputs["out"].spec

    def forward(self, *args: Value) -> Value:
        """Evaluate the graph, unless that was done when it was recorded."""
        return self._first.pop() if self._first else run(self.graph, args)[0]

    def expand(self, node: Node) -> Node:
        """Put the nodes of the graph in the place of the unit."""
        given = dict(zip(self.graph.inputs, node.inputs, strict=True))
        return _as_node(evaluate(self.graph, given)[self.graph.outputs["out"]])

    def batch(self, call: Call) -> Value:
        """Apply the graph to a batch of arguments, as one unit."""
        named = zip(self.graph.inputs, call.batched, strict=True)
        names = [name for name, batched in named if batched]
        graph = batch_graph(self.graph, names, call.size)
        (out,) = apply(graph, call.args, check=self.check)
        if graph.outputs["out"].shape == call.shape:
            return GATES["broadcast_to"](out, shape=(call.size, *call.shape))
        return out

    @cached_property
    def _moving(self) -> list[str]:
        """The inputs that carry gradients."""
        return [n for n, node in self.graph.inputs.items() if node.dtype.kind in "fc"]

    @cached_property
    def _gradient(self) -> CoreGraph:
        """The graph of the gradients."""
        return gradient_graph(self.graph, self._moving)

    def gradients(self, g: Value, args: tuple[Value, ...]) -> list[Value | None]:
        """Compute the gradients, and what they need of the inside, again."""
        if self.check is not None:
            self.check()
        again = [later(arg, g) if isinstance(arg, Term) else arg for arg in args]
        found = dict(zip(self._moving, self._pulled(again, g), strict=True))
        return [found.get(name) for name in self.graph.inputs]

    def _pulled(self, args: Sequence[Value], g: Value) -> list[Value]:
        return apply(self._gradient, [*args, g], check=self.check)

    def tangent(
        self, tangents: Sequence[Value | None], args: tuple[Value, ...]
    ) -> Value | None:
        """Compute the tangent, and what it needs of the inside, again."""
        if self.check is not None:
            self.check()
        places = [i for i, t in enumerate(tangents) if t is not None]
        graph = self._tangent(places)
        if graph is None:
            return None
        moved = [tangents[i] for i in places]
        return apply(graph, [*args, *moved], check=self.check)[0]

    def _tangent(self, places: Sequence[int]) -> CoreGraph | None:
        """Derive the graph of the tangent, with tangents of the inputs at places."""
        nodes = list(self.graph.inputs.values())
        seeds = {f"t_{i}": input_node(_like(nodes[i])) for i in places}
        moved = {nodes[i]: seeds[f"t_{i}"] for i in places}
        values = {node: node for node in self.graph.nodes}
        found = push(self.graph.nodes, values, moved).get(self.graph.outputs["out"])
        if found is None:
            return None
        return build({**self.graph.inputs, **seeds}, {"out": _as_node(found)})


def _like(node: Node) -> Spec:
    return Spec(node.shape, node.dtype)
