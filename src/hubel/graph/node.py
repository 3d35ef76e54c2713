"""Gates and nodes as data: a gate is one kind of operation, a node one use of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

from hubel.errors import GateError, HubelError
from hubel.graph.registry import GATES, Value
from hubel.graph.source import Line
from hubel.graph.term import Term


class Spec(NamedTuple):
    """What is known of a value before it is computed.

    ``weak`` marks a Python scalar, whose dtype gives way to that of any array
    (NumPy 2 promotion).
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What passes may know of a gate, so that none asks for a gate by its name.

    Attributes
    ----------
    kind : str
        ``elementwise``, ``reduction``, ``layout``, ``product``, ``matrix`` (a function
        of whole matrices, such as an inverse) or ``other``.
    commutative : bool
        Swapping the two arguments changes nothing.
    unit, zero : float or None
        ``x * unit`` is x to the last bit, for every x, and ``x * zero`` is zero for
        finite x (right operand).
    operator : bool
        Python's operator on two Python scalars gives a Python scalar.
    view : bool
        The result may share the memory of the first argument.
    fills : bool
        The forward function takes ``out=``.
    weight : float
        Operations per element of the iteration space (addition is 1).
    operations : callable or None
        Operations of one node, where ``weight`` times size does not tell.
    inplace : bool
        ``out=`` may be an argument of the same shape and dtype.
    opaque : bool
        The forward function is the user's own: not folded, merged or moved.
    identity : callable or None
        ``identity(node)``: whether the parameters make it return its argument.
    compose : callable or None
        ``compose(outer, inner)``: the parameters that do both steps in one.
    letters : callable or None
        ``letters(node)``: the Einstein sum that a product is, in the normal form of
        the gate ``einsum``; empty where it is none.
    lines : bool
        The gate works on each line along its ``axis`` by itself.
    batch : callable or None
        ``batch(call)``: the gate on a whole batch of arguments, see
        ``hubel.gates.batch``; where it is None, the kind tells, or the gate is applied
        to one example after the other.
    expand : callable or None
        ``expand(node)``: an equal node made of other gates, which are computed in its
        place.
    through : callable or None
        ``through(node)``: an equal node that skips the gate of its first argument, or
        None where that gate is needed.
    convention : str
        Which derivative stands at ties and kinks, for the table of gates.
    native : callable or None
        ``native(*args, **params)``: the same result made of simpler gates, down to
        those that compiling backends print (``hubel.compiler.primitives``). It is
        asked only for the dtypes that they print; None leaves the gate whole.
    interval : callable or None
        ``interval(*intervals)``: between which numbers the result lies for arguments
        between those, if it is NaN exactly where an argument is; None where it may be
        NaN otherwise.
    annihilates : str
        The gate that gives the same, except where one of the two arguments is 0 and the
        other infinite or NaN.
    """

    kind: str = "other"
    commutative: bool = False
    unit: float | None = None
    zero: float | None = None
    operator: bool = False
    view: bool = False
    fills: bool = False
    weight: float = 1.0
    operations: Callable[[Node], float] | None = None
    inplace: bool = False
    opaque: bool = False
    identity: Callable[[Node], bool] | None = None
    compose: Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]] | None = None
    letters: Callable[[Node], str] | None = None
    lines: bool = False
    batch: Callable[..., Any] | None = None
    expand: Callable[[Node], Node] | None = None
    through: Callable[[Node], Node | None] | None = None
    convention: str = ""
    native: Callable[..., Value] | None = None
    interval: Callable[..., tuple[float, float] | None] | None = None
    annihilates: str = ""


class Use(NamedTuple):
    """What a reverse sweep holds back at one use of a gate.

    ``rule`` pulls the upstream gradient ``g`` of the result ``out`` to the argument at
    ``position``.
    """

    rule: Rule
    position: int
    g: Value
    out: Value
    args: tuple[Value, ...]
    params: dict[str, Any]


class Rule:
    """How one argument of a gate is differentiated; see ``hubel.gates.define``."""

    __slots__ = ()
    joint = False
    """Tangents of all joint arguments go through the gate together."""
    zero = False
    """The derivative is exactly zero everywhere."""
    together = False
    """The rule serves every argument of its gate, and has ``push_all``."""
    held = False
    """Many uses of one argument are pulled at once, by ``pull_all``."""

    def pull(
        self,
        position: int,
        g: Value,
        out: Value,
        args: tuple[Value, ...],
        params: dict[str, Any],
    ) -> Value | None:
        """Bring an upstream gradient to the argument at ``position``."""
        raise NotImplementedError

    def push(
        self,
        position: int,
        t: Value,
        out: Value,
        args: tuple[Value, ...],
        params: dict[str, Any],
    ) -> Value | None:
        """Bring a tangent of the argument at ``position`` to the result."""
        raise NotImplementedError

    def push_all(
        self,
        tangents: Sequence[Value | None],
        out: Value,
        args: tuple[Value, ...],
        params: dict[str, Any],
    ) -> Value | None:
        """Bring the tangents of all arguments (None is zero) to the result at once."""
        raise NotImplementedError

    def pull_all(self, uses: Sequence[Use]) -> Value:
        """Bring the sum of what several uses bring to the same argument."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, eq=False)
class Gate:
    """One kind of operation: its forward function, shape rule, derivative and facts.

    Attributes
    ----------
    name : str
        NumPy's name where NumPy has the operation.
    forward : callable
        Arrays and parameters to an array.
    infer : callable
        ``infer(*specs, **params)`` gives the shape and dtype of the result, or raises
        ``ShapeError`` or ``DTypeError``.
    rules : tuple of Rule
        One per argument; the last one serves all further arguments.
    facts : Facts
        What passes may know.
    """

    name: str
    forward: Callable[..., Any]
    infer: Callable[..., Spec]
    rules: tuple[Rule, ...]
    facts: Facts = field(default_factory=Facts)

    def __call__(self, *args: Value, **params: Any) -> Any:
        """Apply the gate: to arrays at once, to terms by recording it."""
        top: Term | None = None
        for arg in args:
            if type(arg) is not ndarray and isinstance(arg, Term):
                if top is None or arg.level > top.level:
                    top = arg
        if top is None:
            return self.forward(*args, **params)
        return top.apply(self, args, params)

    def rule(self, position: int) -> Rule:
        """Return the rule of the argument at that position."""
        rules = self.rules
        return rules[position] if position < len(rules) else rules[-1]

    def __repr__(self) -> str:
        return f"<gate {self.name}>"


def register(gate: Gate) -> Gate:
    """Make a gate known by its name."""
    if gate.name in GATES:
        raise GateError(f"there is a gate named {gate.name!r} already")
    GATES[gate.name] = gate
    return gate


class Node(Term):
    """One use of a gate in a graph, or an input, or a constant.

    Nodes are immutable and compared by identity; their names are given by the graph
    that holds them.

    Attributes
    ----------
    gate : Gate
        What is computed; ``INPUT`` or ``CONSTANT`` for a leaf.
    inputs : tuple of Node
        What it is computed from.
    params : dict
        The gate's static parameters.
    shape, dtype, weak
        The spec of the value.
    constant : array or scalar
        The value of a constant.
    line : tuple of (str, int) or None
        The user's line that made the node; None for nodes that hubel derived.
    """

    __slots__ = (
        "constant",
        "dtype",
        "gate",
        "inputs",
        "line",
        "params",
        "shape",
        "weak",
    )

    def __init__(
        self,
        gate: Gate,
        inputs: tuple[Node, ...],
        params: dict[str, Any],
        shape: tuple[int, ...],
        dtype: np.dtype[Any],
        weak: bool = False,
        constant: Value = None,
        line: Line | None = None,
    ) -> None:
        self.gate = gate
        self.inputs = inputs
        self.params = params
        self.shape = shape
        self.dtype = dtype
        self.weak = weak
        self.constant = constant
        self.line = line

    @property
    def spec(self) -> Spec:
        """The shape, dtype and weakness of the value."""
        return Spec(self.shape, self.dtype, self.weak)

    @property
    def is_leaf(self) -> bool:
        """Whether this is an input or a constant."""
        return self.gate is INPUT or self.gate is CONSTANT

    @property
    def known(self) -> Value | None:
        """The value of a constant."""
        value = self.constant
        return value.known if isinstance(value, Term) else value

    def apply(
        self, gate: Gate, args: tuple[Value, ...], params: dict[str, Any]
    ) -> Node:
        """Make the node of a gate on nodes and constants."""
        inputs = tuple(a if isinstance(a, Node) else constant_node(a) for a in args)
        return make_node(gate, inputs, params)

    def __repr__(self) -> str:
        return f"<{self.gate.name} {describe(self)}>"


def _no_forward(*_args: Value, **_params: Any) -> Any:
    raise GateError("an input or a constant has a value, not a forward function")


def _no_spec(*_specs: Spec, **_params: Any) -> Spec:
    raise GateError("an input or a constant is made with its shape, not by a rule")


INPUT = Gate("input", _no_forward, _no_spec, ())
CONSTANT = Gate("constant", _no_forward, _no_spec, ())


ARRAYS: Any = (ndarray, np.generic)
KNOWN: Any = (ndarray, Term, np.generic, float, int, complex, bool)
"""What has a spec as it is; anything else becomes an array first."""


def spec_of(value: Value) -> Spec:
    """Return what is known of an array, scalar or term; a spec is that already."""
    if isinstance(value, ARRAYS):
        return Spec(value.shape, value.dtype)
    if isinstance(value, Term):
        return Spec(value.shape, value.dtype, value.weak)
    if isinstance(value, KNOWN):
        return Spec((), np.dtype(value.__class__), True)
    if isinstance(value, Spec):
        return value
    make: Any = np.asarray
    return spec_of(make(value))


def input_node(spec: Any) -> Node:
    """Make an input with the shape and dtype of a spec or an array."""
    return Node(INPUT, (), {}, spec.shape, spec.dtype, getattr(spec, "weak", False))


def constant_node(value: Value) -> Node:
    """Make a constant; lists become arrays."""
    if not isinstance(value, KNOWN):
        value = np.asarray(value)
    spec = spec_of(value)
    return Node(CONSTANT, (), {}, spec.shape, spec.dtype, spec.weak, value)


def make_node(
    gate: Gate,
    inputs: tuple[Node, ...],
    params: dict[str, Any],
    line: Line | None = None,
) -> Node:
    """Make a node, with its shape and dtype from the gate's rule."""
    try:
        spec = gate.infer(*[node.spec for node in inputs], **params)
    except HubelError as error:
        raise in_context(error, gate, inputs) from None
    return Node(gate, inputs, params, spec.shape, spec.dtype, spec.weak, line=line)


def in_context(error: HubelError, gate: Gate, inputs: tuple[Node, ...]) -> HubelError:
    """Say in an error which operands the gate was given and where they came from."""
    operands = ", ".join(f"{describe(node)} from {node.gate.name}" for node in inputs)
    problem = f"{gate.name}({operands}): {error.problem}"
    return type(error)(problem, remedy=error.remedy, where=error.where)


def describe(spec: Spec | Term) -> str:
    """Write a shape and dtype, such as ``float64[3, 4]``.

    >>> describe(Spec((3, 4), np.dtype("float64")))
    'float64[3, 4]'
    """
    sizes = ", ".join(str(length) for length in spec.shape)
    return f"{spec.dtype.name}[{sizes}]"
