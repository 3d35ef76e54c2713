"""The graph that a person holds: values, gradients and tangents on every wire."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from hubel.compiler.passes import run_passes
from hubel.derive.forward import push
from hubel.derive.local import local_gradient
from hubel.derive.reverse import gradient_graph, pull, zeros
from hubel.errors import DTypeError, GraphError, OptionError, ShapeError
from hubel.graph.cost import Cost, total
from hubel.graph.evaluate import evaluate, settle
from hubel.graph.graph import CoreGraph, build
from hubel.graph.node import Node, Spec, describe, spec_of
from hubel.graph.registry import Value
from hubel.graph.text import to_text
from hubel.structure import Operator
from hubel.tracing.program import (
    Program,
    argument_names,
    is_number,
    trace_program,
)
from hubel.tracing.trace import Trace
from hubel.tracing.traced import Traced
from hubel.tracing.tree import LEAF, Tree, flatten, unflatten
from hubel.transforms.fresh import fresh
from hubel.transforms.gradients import add_seed
from hubel.transforms.table import table

if TYPE_CHECKING:
    from hubel.transforms.drawing import Drawing


class Graph:
    """A computational graph with its sweeps.

    Build one by hand::

        g = Graph()
        x, y, z = g.input("x"), g.input("y"), g.input("z")
        q = g.name("q", x + y)
        g.output(q * z)

    or trace it from NumPy code with :meth:`trace`. Then ``forward`` puts a value on
    every node, ``backward`` an upstream gradient, ``tangent`` a tangent.

    Attributes
    ----------
    values, gradients, tangents : dict
        What the last sweeps put on the nodes of ``core``; :attr:`nodes` shows them.

    Examples
    --------
    >>> g = Graph.trace(lambda x, y, z: (x + y) * z, x=-2.0, y=5.0, z=-4.0)
    >>> g.forward(x=-2.0, y=5.0, z=-4.0)
    -12.0
    >>> g.backward()
    {'x': -4.0, 'y': -4.0, 'z': 3.0}
    >>> g.tangent(x=1.0)
    -4.0
    """

    def __init__(self) -> None:
        self._trace: Trace | None = Trace(with_values=False)
        self._trace.open = True
        self._given: dict[str, Node] = {}
        self._named: dict[Node, str] = {}
        self._outputs: dict[str, Node] = {}
        self._arguments: dict[str, Tree] = {}
        self._static: dict[str, Any] = {}  # path -> leaf that is no number
        self._program: Program | None = None
        self._core: CoreGraph | None = None
        self.values: dict[Node, Value] = {}
        self.gradients: dict[Node, Value] = {}
        self.tangents: dict[Node, Value] = {}

    # Building ------------------------------------------------------------------

    @classmethod
    def trace(cls, f: Callable[..., Any], *args: Any, **kwargs: Any) -> Graph:
        """Trace a function; the examples give names, structures, shapes and dtypes.

        Raises
        ------
        TraceError
            Where the function branches on a value, at the user's line.
        """
        graph = cls()
        graph._trace = None
        program = trace_program(f, args, kwargs)
        graph._program, graph._core = program, program.graph
        names = argument_names(f, args, kwargs)
        for name, value in [*zip(names, args, strict=True), *kwargs.items()]:
            leaves, graph._arguments[name] = flatten(value)
            paths = graph._arguments[name].paths(name)
            pairs = zip(paths, leaves, strict=True)
            graph._static |= {path: x for path, x in pairs if not is_number(x)}
        return graph

    def input(
        self, name: str, shape: tuple[int, ...] = (), dtype: Any = np.float64
    ) -> Any:
        """Add an input; what is returned takes part in arithmetic and NumPy calls.

        A scalar of a dtype of Python's numbers (float64, int64, complex128) takes part
        as a Python number: it does not widen float32 arrays.
        """
        if self._trace is None:
            raise GraphError("a graph takes no further inputs once it has been used")
        if not name.isidentifier() or name in self._given:
            raise GraphError(f"{name!r} is not a new identifier")
        kind = np.dtype(dtype)
        weak = shape == () and np.dtype(kind.type(0).item().__class__) == kind
        handle = self._trace.input(Spec(tuple(shape), kind, weak))
        self._given[name] = handle.node
        self._arguments[name] = LEAF
        return handle

    def name(self, name: str, value: Any) -> Any:
        """Name an inner node, and return it."""
        if not isinstance(value, Traced) or value.recorder is not self._trace:
            raise GraphError(f"{name!r} was given something that is not of this graph")
        if name in self._given or name in self._named.values():
            raise GraphError(f"{name!r} is the name of another node")
        self._named[value.node] = name
        return value

    def output(self, value: Any = None, **named: Any) -> None:
        """Declare the output, or several by name."""
        for name, each in ({"out": value} if value is not None else named).items():
            if not isinstance(each, Traced) or each.recorder is not self._trace:
                raise GraphError(f"output {name!r} is not a value of this graph")
            self._outputs[name] = each.node

    @property
    def core(self) -> CoreGraph:
        """The graph as plain immutable data."""
        if self._core is None:
            if not self._outputs:
                raise GraphError("the graph has no output", remedy="call output(value)")
            self._core = build(self._given, self._outputs, self._named)
            if self._trace is not None:
                self._trace.check_written()
                self._trace.open = False
                self._trace = None
        return self._core

    # Sweeps --------------------------------------------------------------------

    def forward(self, /, *args: Any, **inputs: Any) -> Any:
        """Put a value on every node, in topological order; return the output."""
        if len(args) > len(self._arguments):
            raise GraphError(
                f"forward was given {len(args)} values by position, the graph has "
                f"{len(self._arguments)} arguments"
            )
        given = dict(zip(self._arguments, args, strict=False))
        twice = given.keys() & inputs.keys()
        if twice:
            raise GraphError(f"forward was given {', '.join(sorted(twice))} twice")
        leaves = self._leaves(given | inputs, "value")
        missing = [name for name in self.core.inputs if name not in leaves]
        if missing:
            raise GraphError(f"forward needs values for {', '.join(missing)}")
        self.values = evaluate(self.core, leaves)
        self.gradients, self.tangents = {}, {}
        return self._result(self.values)

    def backward(self, upstream: Any = 1.0) -> dict[str, Any]:
        """Bring the upstream gradient to every node, in reverse order.

        Parameters
        ----------
        upstream : number, array, or the structure of the output
            The gradient of whatever comes after with respect to the output.

        Returns
        -------
        dict
            The gradient of each input of a floating dtype, by name.
        """
        self._need_values("backward")
        given: dict[Node, Value] = {}
        for name, seed in self._seeds(upstream).items():
            add_seed(given, self.core.outputs[name], seed)
        self.gradients = pull(self.core.nodes, self.values, given)
        return self._by_argument(self.gradients)

    def tangent(self, **tangents: Any) -> Any:
        """Bring tangents of the inputs forward to every node; return the output's.

        Inputs that are not named have tangent zero.
        """
        self._need_values("tangent")
        seeds: dict[Node, Value] = {}
        for name, value in self._leaves(tangents, "tangent").items():
            add_seed(seeds, self.core.inputs[name], value)
        self.tangents = push(self.core.nodes, self.values, seeds)
        return self._result(
            {n: _swept(self.tangents, n, zeros(n)) for n in self.core.outputs.values()}
        )

    # Looking -------------------------------------------------------------------

    @property
    def nodes(self) -> list[NodeView]:
        """Every node in topological order."""
        return [NodeView(self, node) for node in self.core.nodes]

    def __getitem__(self, name: str) -> NodeView:
        for node, known in self.core.names.items():
            if known == name:
                return NodeView(self, node)
        raise GraphError(f"the graph has no node named {name!r}")

    def cost(self) -> Cost:
        """Count operations and bytes of the forward and the backward sweep."""
        core = run_passes(self.core)
        forward, forward_bytes = total(core)
        back = gradient_graph(core)
        joint = build(back.inputs, {**back.outputs, **core.outputs})
        both, both_bytes = total(run_passes(joint))
        return Cost(forward, both - forward, forward_bytes, both_bytes - forward_bytes)

    def table(self) -> str:
        """Print nodes with their gates, shapes, values and gradients."""
        return table(self.nodes)

    def draw(
        self,
        *,
        digits: int = 2,
        rounding: Literal["exact", "slide"] = "exact",
        branches: bool = False,
        limit: int = 300,
        title: str = "Computational graph",
    ) -> Drawing:
        """Draw the graph, with what the last sweeps put on its wires.

        Values stand in green above the wires, gradients in red and italics below.

        Parameters
        ----------
        digits : int
            How many digits stand behind the point, 0 to 17.
        rounding : str
            ``"exact"`` computes with all digits and writes fewer; ``"slide"`` rounds
            each number before it is used again, as lectures do.
        branches : bool
            Whether each branch of a wire shows what it adds to the gradient.
        limit : int
            Larger graphs are drawn with the gates of one line in one box; at least 1.
        title : str
            What a reader who does not see the picture is told first.

        Raises
        ------
        OptionError
            For an option outside its range, and for ``rounding="slide"`` of a graph
            with arrays or with several outputs.

        Examples
        --------
        >>> g = Graph.trace(lambda x, y: x * y, x=3.0, y=-4.0)
        >>> g.forward(x=3.0, y=-4.0)
        -12.0
        >>> _ = g.backward()
        >>> g.draw()
        <drawing of 3 stations and 2 wires>
        """
        from hubel.transforms.drawing import Drawing
        from hubel.transforms.stations import Style
        from hubel.transforms.swept import Swept, rounded

        if rounding not in ("exact", "slide"):
            raise OptionError(
                f"rounding is {rounding!r}", remedy='use "exact" or "slide"'
            )
        swept = Swept(self.values, self.gradients)
        if rounding == "slide":
            swept = rounded(self.core, self.values, digits)
        return Drawing(self.core, swept, Style(digits, limit, branches), title)

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> dict[str, str]:
        """Return the picture and the text, for notebooks."""
        drawn = self.draw()._repr_mimebundle_()  # pyright: ignore[reportPrivateUsage]
        return {**drawn, "text/plain": repr(self)}

    def __str__(self) -> str:
        return to_text(self.core)

    def __repr__(self) -> str:
        return f"<Graph of {len(self.core.nodes)} nodes>"

    # Putting together ------------------------------------------------------------

    def _seeds(self, upstream: Any) -> dict[str, Value]:
        """Give each output its upstream gradient, by name."""
        outputs = self.core.outputs
        leaves, tree = flatten(upstream)
        if tree == LEAF and len(outputs) == 1:
            return dict(zip(outputs, leaves, strict=True))
        paths = list(tree.paths("out" if self._program else ""))
        if set(paths) != set(outputs):
            raise ShapeError(
                f"upstream gradients {', '.join(paths)} were given for the outputs "
                f"{', '.join(outputs)}",
                remedy="give one for each output, in the structure of the result",
            )
        return dict(zip(paths, leaves, strict=True))

    def _leaves(self, given: Mapping[str, Any], what: str) -> dict[str, Value]:
        """Take arguments apart and check each leaf against its input."""
        leaves: dict[str, Value] = {}
        for name, value in given.items():
            if name in self._arguments:
                parts, tree = flatten(value)
                paths = list(tree.paths(name))
            else:
                parts, paths = [value], [name]
            for path, part in zip(paths, parts, strict=True):
                if path in self.core.inputs:
                    leaves[path] = fitted(part, self.core.inputs[path], path, what)
                else:
                    self._check_static(path, part)
        return leaves

    def _check_static(self, path: str, part: Any) -> None:
        """Refuse what the graph was not made for."""
        if path not in self._static:
            raise GraphError(
                f"the graph has no input {path!r}",
                remedy=f"its inputs are {', '.join(self.core.inputs)}",
            )
        if part != self._static[path]:
            raise GraphError(
                f"the graph was traced with {path} = {self._static[path]!r}, not "
                f"{part!r}",
                remedy="trace the function again",
            )

    def _need_values(self, sweep: str) -> None:
        if not self.values:
            raise GraphError(f"{sweep} needs the values that forward puts on the nodes")

    def _held(self) -> Iterator[Value]:
        """List what the sweeps keep, which nobody else may change."""
        yield from self.values.values()
        yield from self.gradients.values()
        yield from self.tangents.values()

    def _result(self, swept: Mapping[Node, Value]) -> Any:
        nodes = self.core.outputs
        values = fresh([swept[n] for n in nodes.values()], self._held())
        found = dict(zip(nodes, values, strict=True))
        if self._program is not None:
            return self._program.assemble(found)
        return next(iter(found.values())) if len(found) == 1 else found

    def _by_argument(self, found: Mapping[Node, Value]) -> dict[str, Any]:
        """Put the gradients of leaves together as the arguments are."""
        result: dict[str, Any] = {}
        for name, tree in self._arguments.items():
            paths = list(tree.paths(name))
            nodes = [self.core.inputs.get(path) for path in paths]
            if not any(n is not None and n.dtype.kind in "fc" for n in nodes):
                continue
            leaves = [None if n is None else _gradient(found, n) for n in nodes]
            result[name] = unflatten(tree, fresh(leaves, self._held()))
        return result


def _gradient(found: Mapping[Node, Value], node: Node) -> Value:
    if node.dtype.kind not in "fc":
        return None
    return settle(found.get(node, zeros(node)), node.weak)


def fitted(value: Value, node: Node, name: str, what: str) -> Value:
    """Check a value against the spec of its node and give it the node's dtype."""
    spec = spec_of(value)
    if spec.shape != node.shape:
        raise ShapeError(
            f"the {what} of {name} is {describe(spec)}, the graph was made for "
            f"{describe(node)}",
            remedy="give it that shape, or trace the function again",
        )
    if not (np.can_cast(spec.dtype, node.dtype, "same_kind") or _exact(value, node)):
        raise DTypeError(
            f"the {what} of {name} is {describe(spec)}, the graph was made for "
            f"{describe(node)}",
            remedy=f"cast it: {name}.astype({node.dtype.name!r})",
        )
    if node.weak:
        return node.dtype.type(value).item()
    return np.array(value, node.dtype)[()]


def _exact(value: Value, node: Node) -> bool:
    """Whether a Python integer fits an integer node as it is."""
    return type(value) is int and node.dtype.kind in "iu"


class NodeView:
    """One node of a graph, with what the sweeps put on it."""

    __slots__ = ("_graph", "_node")

    def __init__(self, graph: Graph, node: Node) -> None:
        self._graph = graph
        self._node = node

    @property
    def name(self) -> str:
        """The node's name in the graph."""
        return self._graph.core.names[self._node]

    @property
    def gate(self) -> str:
        """The name of the gate; ``input`` or ``constant`` for a leaf."""
        return self._node.gate.name

    @property
    def inputs(self) -> tuple[NodeView, ...]:
        """The nodes that it is computed from."""
        return tuple(NodeView(self._graph, node) for node in self._node.inputs)

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes."""
        return self._node.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the value."""
        return self._node.dtype

    @property
    def value(self) -> Any:
        """What the last forward sweep put here; None before it."""
        return self._graph.values.get(self._node)

    @property
    def gradient(self) -> Any:
        """The upstream gradient d(output)/d(this); None before a backward sweep."""
        return _swept(self._graph.gradients, self._node)

    @property
    def tangent(self) -> Any:
        """What the last tangent sweep put here; None before it."""
        return _swept(self._graph.tangents, self._node)

    @property
    def local_gradients(self) -> tuple[float | Operator, ...]:
        """The local gradients d(this)/d(input), one per input, with their structure."""
        values = self._graph.values
        if not values:
            raise GraphError("local gradients need the values of a forward sweep")
        count = len(self._node.inputs)
        return tuple(local_gradient(self._node, i, values) for i in range(count))

    def __repr__(self) -> str:
        return f"<node {self.name}: {self.gate} {describe(self._node)}>"


def _swept(found: Mapping[Node, Value], node: Node, otherwise: Any = None) -> Any:
    """Return what a sweep brought to a node: zero where it brought nothing."""
    if found and node.dtype.kind in "fc":
        otherwise = found.get(node, zeros(node))
    return settle(otherwise, node.weak)
