"""Constructors of gates: a derivative is stated once, both modes follow from it.

Each argument of a gate has a rule of one kind:

``Partial``   the gate acts on elements; one partial derivative, written in gates
``Pair``      the same for a gate that is not holomorphic: d/dz and d/d(conj z)
``Linear``    linear together with the other linear arguments (add, where, concatenate)
``Multilinear``  linear in this argument while the others are held (matmul)
``Constant``  derivative exactly zero
``ByHand``    both directions written out, where no smaller statement exists
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any, TypedDict, TypeVar, Unpack

import numpy as np

from hubel.errors import DifferentiationError, DTypeError, ShapeError
from hubel.graph.node import Facts, Gate, Node, Rule, Spec, register
from hubel.graph.registry import GATES, NUMPY, REDUCTIONS, Value

Function = TypeVar("Function", bound=Callable[..., Any])
Local = (
    Callable[..., Value]
    | Callable[[Value, Value], Value]
    | Callable[[Value, Value, Value], Value]
    | Callable[[Value, Value, Value, Value], Value]
    | Callable[[Value, Value, Value, Value, Value], Value]
)
"""A rule's function; with the counts written out, a lambda's parameters have types."""


class FactOptions(TypedDict, total=False):
    """The facts of :class:`hubel.graph.node.Facts` as keyword arguments."""

    kind: str
    commutative: bool
    unit: float | None
    zero: float | None
    operator: bool
    view: bool
    fills: bool
    weight: float
    operations: Callable[[Node], float] | None
    inplace: bool
    opaque: bool
    identity: Callable[[Node], bool] | None
    compose: Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]] | None
    letters: Callable[[Node], str] | None
    lines: bool
    batch: Callable[..., Any] | None
    expand: Callable[[Node], Node] | None
    through: Callable[[Node], Node | None] | None
    convention: str
    native: Callable[..., Value] | None
    interval: Callable[..., tuple[float, float] | None] | None
    annihilates: str


class Partial(Rule):
    """Elementwise: ``partial(out, *args, **params)`` is d(out)/d(arg), in gates."""

    __slots__ = ("partial",)

    def __init__(self, partial: Local) -> None:
        self.partial: Callable[..., Value] = partial

    def pull(
        self,
        position: int,
        g: Value,
        out: Value,
        args: tuple[Value, ...],
        params: dict[str, Any],
    ) -> Value:
        """Multiply the upstream gradient by the partial."""
        return GATES["chain"](g, self.partial(out, *args, **params))

    def push(
        self,
        position: int,
        t: Value,
        out: Value,
        args: tuple[Value, ...],
        params: dict[str, Any],
    ) -> Value:
        """Multiply the tangent by the partial."""
        return GATES["chain"](t, self.partial(out, *args, **params))


class Pair(Rule):
    """Elementwise, not holomorphic: the partials with respect to z and to conj z.

    Both are called as ``partial(out, *args, **params)``. Of a real argument ``partial``
    alone is the derivative. With p and q for the two, d(out) = p dz + q conj(dz)
    (Wirtinger 1927), and an upstream gradient g, which pairs with tangents as Re(g t),
    comes to z as g p + conj(g q).
    """

    __slots__ = ("conjugate", "partial")

    def __init__(self, partial: Local, conjugate: Local) -> None:
        self.partial: Callable[..., Value] = partial
        self.conjugate: Callable[..., Value] = conjugate

    def pull(
        self,
        position: int,
        g: Value,
        out: Value,
        args: tuple[Value, ...],
        params: dict[str, Any],
    ) -> Value:
        """Multiply the upstream gradient by both partials."""
        direct = GATES["chain"](g, self.partial(out, *args, **params))
        if dtype_of(args[position]).kind != "c":
            return direct
        turned = GATES["chain"](g, self.conjugate(out, *args, **params))
        return GATES["add"](direct, GATES["conjugate"](turned))

    def push(
        self,
        position: int,
        t: Value,
        out: Value,
        args: tuple[Value, ...],
        params: dict[str, Any],
    ) -> Value:
        """Multiply the tangent, and its conjugate, by the partials."""
        moved = GATES["chain"](t, self.partial(out, *args, **params))
        if dtype_of(args[position]).kind != "c":
            return moved
        q = self.conjugate(out, *args, **params)
        moved = GATES["add"](moved, GATES["chain"](GATES["conjugate"](t), q))
        return GATES["real"](moved) if dtype_of(out).kind == "f" else moved


class Linear(Rule):
    """Linear jointly; ``transpose(g, out, *args, **params)`` is the reverse rule."""

    __slots__ = ("transpose",)
    joint = True

    def __init__(self, transpose: Local) -> None:
        self.transpose: Callable[..., Value] = transpose

    def pull(
        self,
        position: int,
        g: Value,
        out: Value,
        args: tuple[Value, ...],
        params: dict[str, Any],
    ) -> Value:
        """Apply the transpose."""
        return self.transpose(g, out, *args, **params)


class Multilinear(Rule):
    """Linear in one argument; forward mode is the gate with the tangent put there."""

    __slots__ = ("gate", "transpose")

    def __init__(self, transpose: Local) -> None:
        self.transpose: Callable[..., Value] = transpose
        self.gate: Gate | None = None

    def pull(
        self,
        position: int,
        g: Value,
        out: Value,
        args: tuple[Value, ...],
        params: dict[str, Any],
    ) -> Value:
        """Apply the transpose."""
        return self.transpose(g, out, *args, **params)

    def push(
        self,
        position: int,
        t: Value,
        out: Value,
        args: tuple[Value, ...],
        params: dict[str, Any],
    ) -> Value:
        """Apply the gate itself to the tangent."""
        assert self.gate is not None  # set by ``define``
        return self.gate(*args[:position], t, *args[position + 1 :], **params)


class Constant(Rule):
    """The derivative is exactly zero."""

    __slots__ = ()
    zero = True

    def pull(
        self,
        position: int,
        g: Value,
        out: Value,
        args: tuple[Value, ...],
        params: dict[str, Any],
    ) -> None:
        """Bring nothing."""

    def push(
        self,
        position: int,
        t: Value,
        out: Value,
        args: tuple[Value, ...],
        params: dict[str, Any],
    ) -> None:
        """Bring nothing."""


class ByHand(Rule):
    """Both directions by hand: ``rule(g_or_t, out, *args, **params)``."""

    __slots__ = ("forward", "reverse")

    def __init__(self, reverse: Local, forward: Local) -> None:
        self.reverse: Callable[..., Value] = reverse
        self.forward: Callable[..., Value] = forward

    def pull(
        self,
        position: int,
        g: Value,
        out: Value,
        args: tuple[Value, ...],
        params: dict[str, Any],
    ) -> Value:
        """Apply the reverse rule."""
        return self.reverse(g, out, *args, **params)

    def push(
        self,
        position: int,
        t: Value,
        out: Value,
        args: tuple[Value, ...],
        params: dict[str, Any],
    ) -> Value:
        """Apply the forward rule."""
        return self.forward(t, out, *args, **params)


class Unknown(Rule):
    """No gate states the derivative: asking for it is an error that names it."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def _error(self) -> DifferentiationError:
        return DifferentiationError(
            f"the derivative of {self.name} is not known to hubel",
            remedy="hold that argument with hb.stop_gradient, or write a hb.Gate",
        )

    def pull(
        self,
        position: int,
        g: Value,
        out: Value,
        args: tuple[Value, ...],
        params: dict[str, Any],
    ) -> Value:
        """Refuse."""
        raise self._error()

    def push(
        self,
        position: int,
        t: Value,
        out: Value,
        args: tuple[Value, ...],
        params: dict[str, Any],
    ) -> Value:
        """Refuse."""
        raise self._error()


CONSTANT_RULE = Constant()


def define(
    name: str,
    forward: Callable[..., Any],
    infer: Callable[..., Spec],
    *rules: Rule,
    numpy: Callable[..., Any] | None = None,
    **facts: Unpack[FactOptions],
) -> Gate:
    """Define and register a gate; the last rule serves all further arguments.

    Parameters
    ----------
    name : str
        The gate's name, NumPy's where there is one.
    forward : callable
        ``forward(*arrays, **params)``; takes ``out=`` if the fact ``fills`` is given.
    infer : callable
        ``infer(*specs, **params)``: the spec of the result.
    *rules : Rule
        How each argument is differentiated.
    numpy : callable, optional
        The NumPy function or ufunc that means just this gate.
    **facts
        See :class:`hubel.graph.node.Facts`.
    """
    gate = Gate(name, forward, infer, rules, Facts(**facts))
    for rule in rules:
        if isinstance(rule, Multilinear):
            rule.gate = gate
    if numpy is not None:
        NUMPY[numpy] = gate
    return register(gate)


def elementwise(
    name: str,
    forward: Callable[..., Any],
    *partials: Local | Rule,
    numpy: Callable[..., Any] | None = None,
    **facts: Unpack[FactOptions],
) -> Gate:
    """Define a gate that acts on elements of broadcast arguments.

    A plain function among ``partials`` is a partial derivative; a rule is itself.
    """
    rules = [p if isinstance(p, Rule) else Partial(p) for p in partials]
    if isinstance(forward, np.ufunc):
        numpy = forward
        facts.setdefault("fills", True)
        facts.setdefault("inplace", True)
    facts.setdefault("kind", "elementwise")
    infer = broadcasting(forward, operator=facts.get("operator", False))
    gate = define(name, forward, infer, *rules, numpy=numpy, **facts)
    if isinstance(forward, np.ufunc) and forward.nin == 2:
        REDUCTIONS[forward, "outer"] = partial(_outer, gate)
    return gate


def _outer(gate: Gate, a: Value, b: Value) -> Value:
    """Apply a gate to every pair of elements."""
    shape = (*shape_of(a), *[1] * ndim_of(b))
    return gate(GATES["reshape"](a, shape=shape), b)


def constant(
    name: str, forward: Callable[..., Any], **facts: Unpack[FactOptions]
) -> Gate:
    """Define an elementwise gate whose derivative is zero everywhere."""
    return elementwise(name, forward, CONSTANT_RULE, **facts)


def implements(*functions: Callable[..., Any]) -> Callable[[Function], Function]:
    """Declare a composition of gates to be the meaning of NumPy functions."""

    def note(meaning: Function) -> Function:
        for function in functions:
            NUMPY[function] = meaning
        return meaning

    return note


def broadcasting(
    forward: Callable[..., Any], operator: bool = False
) -> Callable[..., Spec]:
    """Make the shape rule of an elementwise gate."""

    def infer(*specs: Spec, **params: Any) -> Spec:
        dtypes = tuple(s.dtype for s in specs)
        weak = tuple(s.weak for s in specs)
        try:
            dtype = result_dtype(forward, dtypes, weak, tuple(sorted(params.items())))
        except TypeError:
            listed = " and ".join(dtype.name for dtype in dtypes)
            raise DTypeError(f"{listed} is not what it takes") from None
        shape = broadcast_shape(*[s.shape for s in specs])
        return Spec(shape, dtype, operator and all(weak))

    return infer


def broadcast_shape(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """Broadcast shapes by NumPy's rule, or say which do not fit."""
    first = shapes[0]
    if all(shape == first for shape in shapes):
        return first
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        listed = " and ".join(str(shape) for shape in shapes)
        raise ShapeError(
            f"shapes {listed} do not broadcast together",
            remedy="compare them from the last axis: lengths must be equal or 1",
        ) from None


@cache
def result_dtype(
    forward: Callable[..., Any],
    dtypes: tuple[np.dtype[Any], ...],
    weak: tuple[bool, ...],
    params: tuple[tuple[str, Any], ...] = (),
) -> np.dtype[Any]:
    """Find the dtype of a result by running the forward function on single ones."""
    ones = [
        d.type(1).item() if w else np.ones((1,), d)
        for d, w in zip(dtypes, weak, strict=True)
    ]
    with np.errstate(all="ignore"):
        return np.asarray(forward(*ones, **dict(params))).dtype


def shape_of(value: Value) -> tuple[int, ...]:
    """Return the shape of an array, scalar or term."""
    return getattr(value, "shape", ())


def ndim_of(value: Value) -> int:
    """Return the number of axes of an array, scalar or term."""
    return len(getattr(value, "shape", ()))


def dtype_of(value: Value) -> np.dtype[Any]:
    """Return the dtype of an array, scalar or term."""
    dtype = getattr(value, "dtype", None)
    return np.dtype(value.__class__) if dtype is None else dtype


def normal_axis(axis: int, ndim: int) -> int:
    """Turn an axis into one from 0 to ``ndim - 1``."""
    if not -ndim <= axis < ndim:
        raise ShapeError(
            f"axis {axis} is out of bounds for {ndim} axes",
            remedy=f"use an axis from {-ndim} to {ndim - 1}",
        )
    return axis + ndim if axis < 0 else axis


def axes_to_reduce(axis: int | Sequence[int] | None, ndim: int) -> tuple[int, ...]:
    """Do what `normal_axes` does, but let a single number have the axes 0 and -1.

    NumPy's ufuncs do, and what is made of them; ``np.mean`` and its kin do not.
    """
    if ndim == 0 and isinstance(axis, int | np.integer) and axis in (0, -1):
        return ()
    return normal_axes(axis, ndim)


def normal_axes(axis: int | Sequence[int] | None, ndim: int) -> tuple[int, ...]:
    """Turn NumPy's ``axis`` argument into a sorted tuple of axes."""
    if axis is None:
        return tuple(range(ndim))
    if isinstance(axis, int | np.integer):
        return (normal_axis(int(axis), ndim),)
    axes = tuple(sorted(normal_axis(int(a), ndim) for a in axis))
    if len(set(axes)) != len(axes):
        raise ShapeError(f"axis {tuple(axis)} names an axis twice")
    return axes
