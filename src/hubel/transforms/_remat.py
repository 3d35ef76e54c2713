"""Recomputation: what a function computes inside is not kept for its derivative."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, wraps
from typing import Any

from hubel.derive.revolve import split
from hubel.derive.unit import apply, pack, unpack
from hubel.errors import TraceError
from hubel.graph.evaluate import evaluate
from hubel.graph.graph import CoreGraph, build
from hubel.graph.node import CONSTANT, Node
from hubel.graph.source import user_line, written
from hubel.graph.term import Term
from hubel.graph.walk import topological_order
from hubel.tracing.capture import Guard
from hubel.tracing.closing import Closing, base_of, traces_around
from hubel.tracing.trace import Trace
from hubel.tracing.traced import Traced
from hubel.tracing.tree import flatten, unflatten

Value = Any


def remat(f: Callable[..., Any]) -> Callable[..., Any]:
    """Make the function whose inside is computed again when it is differentiated.

    Parameters
    ----------
    f : callable
        A function of arrays or trees of arrays, written in NumPy. It may capture traced
        values.

    Returns
    -------
    callable
        Gives what ``f`` gives. A reverse sweep keeps the arguments of each call, and no
        value from inside ``f``, until it gets there: less memory for one more
        evaluation. Uses may be nested, differentiated to any order, batched by
        :func:`hubel.vmap` and compiled.

    Raises
    ------
    TraceError
        If ``f`` writes to one of its arguments.

    Examples
    --------
    >>> import numpy as np
    >>> from hubel.transforms import grad
    >>> layer = remat(lambda w, x: np.tanh(x @ w))
    >>> def loss(w, x):
    ...     for _ in range(3):
    ...         x = layer(w, x)
    ...     return (x**2).sum()
    >>> grad(loss)(np.eye(2), np.ones(2)).round(4)
    array([[1.0283, 1.0283],
           [1.0283, 1.0283]])
    """

    @wraps(f)
    def recomputed(*args: Any, **kwargs: Any) -> Any:
        leaves, tree = flatten((args, kwargs))
        traces = traces_around()
        if not traces and not any(isinstance(leaf, Term) for leaf in leaves):
            return f(*args, **kwargs)
        with Closing(all_known(traces, leaves), traces) as trace:
            lifted = [trace.own(leaf) for leaf in leaves]
            before = [x.node if isinstance(x, Traced) else None for x in lifted]
            positional, named = unflatten(tree, lifted)
            result = f(*positional, **named)
            check_unwritten(lifted, before)
            leaves, tree = flatten(result)
            inside = _Inside(trace, [_own(trace, leaf) for leaf in leaves])
        return unflatten(tree, inside.values())

    return recomputed


def in_parts(
    step: Callable[[Any, int], Any], x: Any, begin: int, end: int, slots: int
) -> Any:
    """Apply steps in parts that are computed again, and have such parts again.

    Reversing a part, which has all slots that are free by then, computes it once more:
    this is the recursion of :mod:`hubel.derive.revolve`.
    """
    while end - begin > 1:
        middle = begin + split(end - begin, slots)
        part = partial(in_parts, step, begin=begin, end=middle, slots=slots)
        x = remat(part)(x)
        begin, slots = middle, slots - 1
    return step(x, begin)


def all_known(traces: Sequence[Trace], leaves: Sequence[Value]) -> bool:
    """Whether the values behind arguments, and behind what may be captured, are."""
    terms = [leaf for leaf in leaves if isinstance(leaf, Term)]
    return all(trace.with_values for trace in traces) and all(
        base_of(term) is not None for term in terms
    )


def check_unwritten(lifted: Sequence[Value], before: Sequence[Node | None]) -> None:
    """Raise ``TraceError`` if an argument is another array than it was."""
    for value, node in zip(lifted, before, strict=True):
        if node is not None and value.node is not node:
            raise TraceError(
                "a function that is computed again writes to one of its arguments",
                where=written(user_line()),
                remedy="write to a .copy() of it, and return that",
            )


def _own(trace: Closing, leaf: Value) -> Value:
    """Give a leaf of a result as the trace has it: a node, or what is not its own."""
    handle = trace.own(leaf)
    own = isinstance(handle, Traced) and handle.recorder is trace
    return handle.node if own else leaf


class _Inside:
    """What a function did, between what it was given and what it returned."""

    def __init__(self, trace: Closing, leaves: list[Value]) -> None:
        self.leaves = leaves
        self.sources = list(trace.sources.values())
        self.guards = list(trace.guards)
        self.found = {n: trace.values[n] for n in self._whole() if trace.with_values}
        moving = [Traced(trace, n, trace.values.get(n)) for n in self._moving()]
        self.packed: Node | None = None
        self.first: Value = None
        if moving:
            handle = pack(moving)
            self.packed, self.first = handle.node, handle.value

    def _computed(self) -> list[Node]:
        """List the different nodes among the results that a gate computed."""
        nodes = [x for x in self.leaves if isinstance(x, Node) and not x.is_leaf]
        return list(dict.fromkeys(nodes))

    def _moving(self) -> list[Node]:
        """List the results that carry derivatives, from inside."""
        return [n for n in self._computed() if n.dtype.kind in "fc" and not n.weak]

    def _whole(self) -> list[Node]:
        """List the results that carry none."""
        return [n for n in self._computed() if n.dtype.kind not in "fc"]

    def values(self) -> list[Value]:
        """Return the results as values of the traces around."""
        found: dict[Node, Value] = {node: term for term, node in self.sources}
        found |= self.found
        if self.packed is not None:
            graph, terms = self._graph(self.packed)
            check = partial(_check, self.guards) if self.guards else None
            (packed,) = apply(graph, terms, self.first, check)
            specs = [node.spec for node in self._moving()]
            found |= zip(self._moving(), unpack(packed, specs), strict=True)
        for node in self._computed():
            if node not in found:
                found[node] = self._alone(node)
        return [self._value(found, leaf) for leaf in self.leaves]

    def _graph(self, out: Node) -> tuple[CoreGraph, list[Value]]:
        """Return the graph of a node, and the terms that it is a function of."""
        needed = set(topological_order([out]))
        sources = [(term, node) for term, node in self.sources if node in needed]
        inputs = {f"x{i}": node for i, (_, node) in enumerate(sources)}
        return build(inputs, {"out": out}), [term for term, _ in sources]

    def _alone(self, node: Node) -> Value:
        """Return a result that is not kept from what is around: a number, an index."""
        graph, terms = self._graph(node)
        if not node.weak:
            return apply(graph, terms)[0]
        given = dict(zip(graph.inputs, terms, strict=True))
        return evaluate(graph, given)[node]

    def _value(self, found: dict[Node, Value], leaf: Value) -> Value:
        if not isinstance(leaf, Node):
            return leaf
        return leaf.constant if leaf.gate is CONSTANT else found[leaf]


def _check(guards: list[Guard]) -> None:
    """Raise ``MutationError`` if a captured array has changed."""
    for guard in guards:
        guard.check()
