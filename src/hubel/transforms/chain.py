"""A chain of steps as one gate, which stores a few of its states.

The steps are run again by running the user's function: what it captured of the traces
around it is recorded, and given to it again, by :class:`hubel.tracing.closing.Closing`.
"""

from __future__ import annotations

import weakref
from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from hubel.derive.forward import push
from hubel.derive.reverse import pull
from hubel.derive.revolve import Checkpoints
from hubel.derive.together import Together
from hubel.derive.unit import pack, unpack
from hubel.errors import MutationError
from hubel.graph.node import Facts, Gate, Node, Spec, spec_of
from hubel.graph.registry import GATES, Value
from hubel.graph.term import Term
from hubel.tracing.capture import fingerprint
from hubel.tracing.closing import Closing, base_of, node_of
from hubel.tracing.trace import Trace
from hubel.tracing.traced import Traced
from hubel.tracing.tree import Tree, flatten, unflatten
from hubel.transforms._remat import in_parts

ARRAYS: Any = (np.ndarray, np.generic)
Step = Callable[[Any, int], Any]


class State(NamedTuple):
    """What a step takes and returns: plain leaves."""

    tree: Tree
    leaves: list[Value]


class Tape(NamedTuple):
    """One step as it was recorded, with values.

    Attributes
    ----------
    nodes, values
        What the step did.
    before, after : list
        The leaves of the states around it: nodes where they are its own.
    captured : dict of Node to Node
        For nodes of the traces around, the inputs that stand for them.
    state : State
        What the step gave.
    """

    nodes: Sequence[Node]
    values: Mapping[Node, Value]
    before: list[Value]
    after: list[Value]
    captured: dict[Node, Node]
    state: State


Given = Mapping[Node, Value]
"""Values for what the steps captured, in place of those that were captured."""


class Chain:
    """A chain of steps from a state, inside traces whose values are known.

    Parameters
    ----------
    step : callable
        ``step(state, number)``.
    steps, slots : int
        How many there are, and how many states may be stored.
    traces : sequence of Trace
        Those that are open.
    """

    def __init__(
        self, step: Step, steps: int, slots: int, traces: Sequence[Trace]
    ) -> None:
        self.step = step
        self.steps = steps
        self.slots = slots
        self._traces = [weakref.ref(trace) for trace in traces]
        self._sources: dict[Node, Term] | None = None  # what the first run captures
        self._marks = array("q")  # of what each step gave the first time

    def __call__(self, x: Any) -> Any:
        """Run the steps, and record that they ran."""
        leaves, self._tree = flatten(x)
        self.places = [i for i, leaf in enumerate(leaves) if isinstance(leaf, Term)]
        self._leaves = [_plain(leaf) for leaf in leaves]
        sources = self._sources = {}
        self._ready = Sweep(self, State(self._tree, self._leaves), {})
        tape = self._ready.last()
        self._sources = None
        terms = [leaves[i] for i in self.places] + list(sources.values())
        self.moving = [i for i, leaf in enumerate(tape.after) if _moves(leaf)]
        self.captured = list(sources)
        if not terms or not self.moving:
            return unflatten(*tape.state)
        self._known = [base_of(term) for term in terms]
        return self._recorded(tape.state, terms)

    def _recorded(self, final: State, terms: list[Term]) -> Any:
        """Apply the gate of this chain, whose result is known, to the terms."""
        packed = pack([final.leaves[i] for i in self.moving])
        self.specs = [spec_of(final.leaves[i]) for i in self.moving]
        first, spec = [packed], spec_of(packed)

        def forward(*args: Value) -> Value:
            return first.pop() if first else self._result(args)

        def infer(*_specs: Spec) -> Spec:
            return Spec(spec.shape, spec.dtype)

        rule = Together(self._gradients, self._tangent)
        gate = Gate("remat_chain", forward, infer, (rule,), Facts(opaque=True))
        found = list(final.leaves)
        parts = unpack(gate(*terms), self.specs)
        for place, part in zip(self.moving, parts, strict=True):
            found[place] = part
        return unflatten(final.tree, found)

    def _result(self, args: Sequence[Value]) -> Value:
        """Run the steps from other arguments."""
        state, given = self.begin(args)
        for number in range(self.steps):
            state = self.record(state, number, given).state
        return pack([state.leaves[i] for i in self.moving])

    def begin(self, args: Sequence[Value]) -> tuple[State, Given]:
        """Return the first state, and what is captured, from the arguments."""
        leaves = list(self._leaves)
        for place, arg in zip(self.places, args, strict=False):
            leaves[place] = arg
        given = dict(zip(self.captured, args[len(self.places) :], strict=True))
        return State(self._tree, leaves), given

    def record(self, state: State, number: int, given: Given) -> Tape:
        """Run one step and keep what it did."""
        with Closing(True, self._open(), given) as trace:
            handles = [_lifted(trace, leaf) for leaf in state.leaves]
            before = [_node_in(trace, handle) for handle in handles]
            leaves, tree = flatten(self.step(unflatten(state.tree, handles), number))
            after = [_own(trace, leaf) for leaf in leaves]
        self._note(trace, number)
        values = [trace.values[x] if isinstance(x, Node) else x for x in after]
        captured = {node: here for node, (_, here) in trace.sources.items()}
        found = State(tree, values)
        return Tape(trace.nodes, trace.values, before, after, captured, found)

    def _note(self, trace: Closing, number: int) -> None:
        """Note what a step captures; later runs may not capture anything else."""
        for node, (term, _) in trace.sources.items():
            if self._sources is not None:
                self._sources.setdefault(node, term)
            elif node not in self.captured:
                raise _changed(number)

    def _open(self) -> list[Trace]:
        """List the traces around that are still there, open or not."""
        return [trace for ref in self._traces if (trace := ref()) is not None]

    def compare(self, state: State, number: int) -> None:
        """Raise ``MutationError`` if a step gives something else than it did before."""
        mark = hash(tuple([_mark(leaf) for leaf in state.leaves]))
        if number == len(self._marks):
            self._marks.append(mark)
        elif self._marks[number] != mark:
            raise _changed(number)

    def _gradients(self, g: Value, args: tuple[Value, ...]) -> list[Value | None]:
        """Return the gradients of the arguments."""
        if any(isinstance(value, Term) for value in (g, *args)):
            trace, inputs, out = self._unrolled(args)
            found = pull(trace.nodes, trace.values, {out: g})
            return [found.get(node) for node in inputs]
        return self._sweep(args).back(g)

    def _sweep(self, args: tuple[Value, ...]) -> Sweep:
        """Take the sweep that began with the first run, or begin another one."""
        ready, self._ready = self._ready, None
        if not _same(args, self._known):
            return Sweep(self, *self.begin(args), compared=False)
        return ready or Sweep(self, *self.begin(args))

    def _tangent(
        self, tangents: Sequence[Value | None], args: tuple[Value, ...]
    ) -> Value | None:
        """Return the tangent of the packed result."""
        if any(isinstance(value, Term) for value in (*tangents, *args)):
            trace, inputs, last = self._unrolled(args)
            seeds = _pairs(inputs, tangents)
            return push(trace.nodes, trace.values, seeds).get(last)
        return _moved(self, tangents, args)

    def _unrolled(self, args: Sequence[Value]) -> tuple[Trace, list[Any], Node]:
        """Record all steps on arguments that may be terms.

        Returns the trace, its inputs for the arguments, and the packed result.
        """
        first, given = self.begin(args)
        closed = [trace for trace in self._open() if not trace.open]
        with Closing(True, closed, given) as trace:
            handles = [_lifted(trace, leaf) for leaf in first.leaves]
            before = [_node_in(trace, handles[i]) for i in self.places]
            x = unflatten(first.tree, handles)
            if all(base_of(arg) is not None for arg in args if isinstance(arg, Term)):
                for number in range(self.steps):
                    x = self.step(x, number)
            else:
                x = in_parts(self.step, x, 0, self.steps, self.slots)
            leaves, _ = flatten(x)
            out = pack([trace.own(leaves[i]) for i in self.moving])
        here = {node: own for node, (_, own) in trace.sources.items()}
        return trace, [*before, *map(here.get, self.captured)], node_of(out)


class Sweep:
    """One reverse sweep over a chain.

    Parameters
    ----------
    chain : Chain
        The chain.
    first, given
        Its first state, and what its steps capture.
    compared : bool
        Whether every step has to give what it gave in the first run.
    """

    def __init__(
        self, chain: Chain, first: State, given: Given, compared: bool = True
    ) -> None:
        self._chain = chain
        self._given = given
        self._compared = compared
        self._stored = Checkpoints(chain.steps, chain.slots, first)
        self._last: Tape | None = None

    def last(self) -> Tape:
        """Return the record of the last step, where the sweep begins."""
        if self._last is None:
            state = self._stored.last(self._advance)
            self._last = self._record(state, self._chain.steps - 1)
        return self._last

    def _record(self, state: State, number: int) -> Tape:
        tape = self._chain.record(state, number, self._given)
        if self._compared:
            self._chain.compare(tape.state, number)
        return tape

    def _advance(self, state: State, begin: int, end: int) -> State:
        for number in range(begin, end):
            state = self._record(state, number).state
        return state

    def back(self, g: Value) -> list[Value | None]:
        """Sweep backward over the steps; return the gradients of the arguments."""
        chain, tape = self._chain, self.last()
        self._last = None
        upstream: list[Value | None] = [None] * len(tape.after)
        parts = unpack(g, chain.specs)
        for place, part in zip(chain.moving, parts, strict=True):
            upstream[place] = part
        captured: dict[Node, Value] = {}
        for number in reversed(range(chain.steps)):
            if number < chain.steps - 1:
                tape = self._record(self._stored.last(self._advance), number)
            found = pull(tape.nodes, tape.values, _summed(tape.after, upstream))
            upstream = [found.get(node) for node in tape.before]
            for node, here in tape.captured.items():
                _add(captured, node, found.get(here))
            self._stored.reversed()
        own = [upstream[place] for place in chain.places]
        return [*own, *map(captured.get, chain.captured)]


def _changed(number: int) -> MutationError:
    """Make the error of a step that is not what it was."""
    return MutationError(
        f"step {number} of a chain did something else when it was computed again",
        remedy="a step may depend on its arguments and on arrays that do not change; "
        "draw random numbers before the chain, or from a stream that the number of the "
        "step names",
    )


def _moved(
    chain: Chain, tangents: Sequence[Value | None], args: tuple[Value, ...]
) -> Value:
    """Sweep forward over the steps; return the tangent of the packed result."""
    state, given = chain.begin(args)
    along: list[Value | None] = [None] * len(state.leaves)
    for place, t in zip(chain.places, tangents, strict=False):
        along[place] = t
    captured = dict(zip(chain.captured, tangents[len(chain.places) :], strict=True))
    for number in range(chain.steps):
        tape = chain.record(state, number, given)
        inside = [captured[node] for node in tape.captured]
        seeds = _pairs([*tape.before, *tape.captured.values()], [*along, *inside])
        found = push(tape.nodes, tape.values, seeds)
        along = [found.get(x) if isinstance(x, Node) else None for x in tape.after]
        state = tape.state
    moved = [_or_zero(along[i], state.leaves[i]) for i in chain.moving]
    return pack(moved)


def _or_zero(t: Value | None, like: Value) -> Value:
    return np.zeros_like(like)[()] if t is None else t


def _pairs(nodes: Sequence[Value], values: Sequence[Value | None]) -> dict[Node, Value]:
    """Pair nodes with their values, as far as there are both."""
    pairs = zip(nodes, values, strict=True)
    return {n: v for n, v in pairs if v is not None and isinstance(n, Node)}


def _summed(
    nodes: Sequence[Value], upstream: Sequence[Value | None]
) -> dict[Node, Value]:
    """Add up the upstream gradients of leaves that are one node."""
    found: dict[Node, Value] = {}
    for node, g in zip(nodes, upstream, strict=True):
        if isinstance(node, Node):
            _add(found, node, g)
    return found


def _add(found: dict[Node, Value], node: Node, g: Value | None) -> None:
    if g is not None:
        found[node] = GATES["add"](found[node], g) if node in found else g


def _plain(leaf: Value) -> Value:
    return base_of(leaf) if isinstance(leaf, Term) else leaf


def _lifted(trace: Closing, leaf: Value) -> Value:
    """Trace what a step could change or be differentiated by."""
    moving = isinstance(leaf, (*ARRAYS, Term, float, complex))
    return trace.argument(leaf) if moving else leaf


def _own(trace: Closing, leaf: Value) -> Value:
    """Give a leaf of a result as the trace has it: a node, or what is not its own."""
    handle = trace.own(leaf)
    return handle.node if _node_in(trace, handle) is not None else leaf


def _node_in(trace: Trace, handle: Value) -> Any:
    own = isinstance(handle, Traced) and handle.recorder is trace
    return handle.node if own else None


def _moves(leaf: Value) -> bool:
    return isinstance(leaf, Node) and leaf.dtype.kind in "fc"


def _same(found: Sequence[Value], known: Sequence[Value]) -> bool:
    """Whether these are the same arrays, and the same numbers."""
    pairs = zip(found, known, strict=True)
    return all(a is b or (not isinstance(a, np.ndarray) and a == b) for a, b in pairs)


def _mark(leaf: Value) -> int:
    """Digest a leaf to one number."""
    if isinstance(leaf, ARRAYS):
        return hash(fingerprint(np.asarray(leaf)))
    return hash(repr(leaf)) if isinstance(leaf, float | complex | int) else 0
