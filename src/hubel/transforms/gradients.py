"""Gradients and directional derivatives of functions, nested to any order."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hubel.derive.forward import push
from hubel.derive.reverse import pull, zeros
from hubel.errors import DifferentiationError, DTypeError, ShapeError
from hubel.graph.evaluate import settle
from hubel.graph.node import KNOWN, Node, describe, spec_of
from hubel.graph.registry import GATES
from hubel.graph.term import Term
from hubel.tracing.trace import Trace
from hubel.tracing.traced import Traced
from hubel.tracing.tree import Tree, flatten, unflatten
from hubel.transforms.dead import warn_if_dead
from hubel.transforms.fresh import fresh

Value = Any
ARRAY: Any = np.ndarray
Function = Callable[..., Any]


def grad(
    f: Function, argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Function:
    """Make the function that returns the gradient of a scalar function.

    Parameters
    ----------
    f : callable
        A function of arrays (or trees of arrays) written in NumPy, to a scalar.
    argnums : int or sequence of int
        The positions of the arguments to differentiate with respect to.
    has_aux : bool
        Whether ``f`` returns a pair of the scalar and something else.

    Returns
    -------
    callable
        Takes what ``f`` takes; returns the gradient, of the shape, dtype and
        structure of the argument (a tuple of them if ``argnums`` is a sequence); with
        ``has_aux``, the pair of the gradient and the other result.

    Raises
    ------
    DifferentiationError
        If an argument is not of a floating or complex dtype, or the result is not a
        scalar.

    Notes
    -----
    For a real function of a complex argument z = x + iy the gradient is
    df/dx - i df/dy.

    Examples
    --------
    >>> import numpy as np
    >>> grad(lambda x: (x**2).sum())(np.array([1.0, 2.0]))
    array([2., 4.])
    """
    both = value_and_grad(f, argnums, has_aux)

    @functools.wraps(f)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        value, found = both(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return gradient


def value_and_grad(
    f: Function, argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Function:
    """Make the function that returns the value and the gradient of a scalar function.

    Parameters and errors are those of :func:`grad`; the result is a pair
    ``(value, gradient)``, or ``((value, aux), gradient)``.

    Examples
    --------
    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """
    several = isinstance(argnums, Sequence)
    positions = tuple(argnums) if isinstance(argnums, Sequence) else (argnums,)

    @functools.wraps(f)
    def with_gradient(*args: Any, **kwargs: Any) -> Any:
        with Trace(with_values=True) as trace:
            traced, leaves, tree = trace_arguments(f, trace, args, positions)
            result = f(*traced, **kwargs)
            result, aux = result if has_aux else (result, None)
            node, value = _scalar(f, trace, result)
        trace.check_captured()
        found = _gradients(f, trace, node, value, leaves)
        gradient = unflatten(tree, found)
        value = (value, lower(trace, aux)) if has_aux else value
        trace.drop()
        return value, tuple(gradient) if several else gradient[0]

    return with_gradient


def trace_arguments(
    f: Function, trace: Trace, args: tuple[Any, ...], positions: tuple[int, ...]
) -> tuple[list[Any], list[Node], Tree]:
    """Replace the arguments at ``positions`` by traced values."""
    places = _places(f, positions, args)
    leaves, tree = flatten([args[p] for p in places])
    for index, leaf in enumerate(leaves):
        if not _is_inexact(leaf):
            raise _no_gradient(f, list(tree.paths())[index], positions, leaf)
    handles = [trace.input(leaf) for leaf in leaves]
    traced = list(args)
    for p, value in zip(places, unflatten(tree, handles), strict=True):
        traced[p] = value
    return traced, [handle.node for handle in handles], tree


def _places(
    f: Function, positions: tuple[int, ...], args: tuple[Any, ...]
) -> list[int]:
    """Count positions from the front, and check that each is there once."""
    for position in positions:
        if not -len(args) <= position < len(args):
            raise DifferentiationError(
                f"argnums={position} of {name_of(f)}, which was called with "
                f"{len(args)} positional arguments",
                remedy="pass the argument by position, not by keyword",
            )
    places = [p % len(args) for p in positions]
    if len(set(places)) < len(places):
        raise DifferentiationError(
            f"argnums={positions} of {name_of(f)} names one of {len(args)} arguments "
            "twice"
        )
    return places


def _is_inexact(leaf: Value) -> bool:
    kind = leaf.__class__
    if kind is float or kind is complex:
        return True
    dtype = getattr(leaf, "dtype", None)
    return dtype is not None and dtype.kind in "fc"


def _no_gradient(
    f: Function, path: str, positions: Sequence[int], leaf: Value
) -> DifferentiationError:
    """Make the error that refuses an argument that carries no gradient, by name."""
    first, _, rest = path.partition(".")
    what = f"argument {positions[int(first)]}" + (f" at {rest}" if rest else "")
    return DifferentiationError(
        f"{what} of {name_of(f)} is {describe(spec_of(leaf))}: it carries no gradient",
        remedy="pass a float, such as 3.0 for 3 or x.astype(float) for x",
    )


def name_of(f: Function) -> str:
    """Return a function's name for messages."""
    return getattr(f, "__name__", type(f).__name__)


def _scalar(f: Function, trace: Trace, result: Value) -> tuple[Node | None, Value]:
    """Check that a result is one real number; return its node and its value."""
    own = isinstance(result, Traced) and result.recorder is trace
    value = result.value if isinstance(result, Traced) and own else result
    spec = spec_of(value) if isinstance(value, KNOWN) else None
    if not isinstance(value, KNOWN):
        raise DifferentiationError(
            f"{name_of(f)} returned {type(value).__name__}, not a scalar",
            remedy="return one number, or use has_aux=True for (number, other)",
        )
    if spec is not None and spec.shape != ():
        raise DifferentiationError(
            f"{name_of(f)} returned {describe(spec)}, not a scalar",
            remedy="sum it, or use vjp or jvp for a function with many results",
        )
    if spec_of(value).dtype.kind == "c":
        raise DifferentiationError(
            f"{name_of(f)} returned a complex number; a gradient needs a real one",
            remedy="return its real part, imaginary part or absolute value",
        )
    return (result.node if isinstance(result, Traced) and own else None), value


def _gradients(
    f: Function, trace: Trace, node: Node | None, value: Value, inputs: list[Node]
) -> list[Value]:
    """Sweep backward from a scalar to the inputs."""
    if node is None:
        return [zeros(n) for n in inputs]
    upstream = {node: one_like(node)}
    found = pull(trace.nodes, trace.values, upstream)
    warn_if_dead(f, trace, [node], inputs, found)
    return fresh([_swept(found, n) for n in inputs])


def _swept(found: dict[Node, Value], node: Node) -> Value:
    """Return what a sweep brought to a node: a Python scalar for one, zero for none."""
    value = found.get(node)
    if value is None:
        value = zeros(node)
    return value if isinstance(value, Term) else settle(value, node.weak)


def one_like(node: Node) -> Value:
    """Return the upstream gradient of an output with respect to itself."""
    return 1.0 if node.weak else np.ones(node.shape, node.dtype)[()]


def lower(trace: Trace, result: Any) -> Any:
    """Replace the trace's own handles in a result by their values."""
    leaves, tree = flatten(result)
    return unflatten(tree, [value_of(trace, leaf) for leaf in leaves])


def value_of(trace: Trace, leaf: Value) -> Value:
    """Return the value behind a handle of this trace; others stay."""
    return leaf.value if isinstance(leaf, Traced) and leaf.recorder is trace else leaf


def vjp(f: Function, *primals: Any) -> tuple[Any, Function]:
    """Evaluate a function and return its vector-Jacobian product.

    Parameters
    ----------
    f : callable
        A function of arrays or trees of arrays, written in NumPy.
    *primals
        Its arguments.

    Returns
    -------
    value
        ``f(*primals)``.
    pullback : callable
        Takes an upstream gradient of the structure of ``value``; returns a tuple of
        gradients, one per argument.

    Examples
    --------
    >>> import numpy as np
    >>> y, pullback = vjp(np.sin, np.array([0.0, 1.0]))
    >>> pullback(np.ones(2))[0].round(3)
    array([1.  , 0.54])
    """
    positions = tuple(range(len(primals)))
    with Trace(with_values=True) as trace:
        traced, inputs, tree = trace_arguments(f, trace, primals, positions)
        result = f(*traced)
    results, out_tree = flatten(result)

    def pullback(upstream: Any) -> Any:
        trace.check_captured()
        seeds, seed_tree = flatten(upstream)
        if seed_tree != out_tree:
            raise ShapeError(
                f"the upstream gradient has leaves {list(seed_tree.paths())}, the "
                f"result of {name_of(f)} has {list(out_tree.paths())}",
            )
        given: dict[Node, Value] = {}
        for leaf, seed in zip(results, seeds, strict=True):
            if isinstance(leaf, Traced) and leaf.recorder is trace:
                add_seed(given, leaf.node, seed)
        found = pull(trace.nodes, trace.values, given)
        warn_if_dead(f, trace, list(given), inputs, found)
        gradients = fresh([_swept(found, n) for n in inputs], seeds)
        return tuple(unflatten(tree, gradients))

    # The pullback reads the values again: what is handed out is a copy of them.
    values = [_copied(value_of(trace, leaf)) for leaf in results]
    return unflatten(out_tree, values), pullback


def _copied(value: Value) -> Value:
    """Copy what its holder could change."""
    if isinstance(value, Traced):
        return value.snapshot()
    return value.copy() if isinstance(value, ARRAY) else value


def add_seed(given: dict[Node, Value], node: Node, seed: Value) -> None:
    """Add a gradient or tangent that was given for a value, in the value's dtype."""
    spec = spec_of(seed)
    if spec.shape != node.shape:
        raise ShapeError(
            f"a gradient or tangent {describe(spec)} was given for a value "
            f"{describe(node)}",
            remedy="give it the shape of the value",
        )
    if spec.dtype.kind == "c" and node.dtype.kind == "f":
        raise DTypeError(
            f"a gradient or tangent {describe(spec)} was given for a value "
            f"{describe(node)}, which is real",
            remedy="give its real part",
        )
    if node.dtype.kind in "fc" and spec.dtype != node.dtype:
        seed = GATES["astype"](seed, dtype=node.dtype)
    given[node] = given[node] + seed if node in given else seed


def jvp(
    f: Function, primals: Sequence[Any], tangents: Sequence[Any]
) -> tuple[Any, Any]:
    """Evaluate a function and its derivative in one direction (forward mode).

    Parameters
    ----------
    f : callable
        A function of arrays or trees of arrays, written in NumPy.
    primals, tangents : sequence
        The arguments, and a direction of the same structure.

    Returns
    -------
    (value, tangent)
        Both of the structure of the result.

    Examples
    --------
    >>> jvp(lambda x, y: x * y, (3.0, 2.0), (1.0, 0.0))
    (6.0, 2.0)
    """
    if len(primals) != len(tangents):
        raise ShapeError(f"{len(primals)} primals were given {len(tangents)} tangents")
    positions = tuple(range(len(primals)))
    with Trace(with_values=True) as trace:
        traced, inputs, tree = trace_arguments(f, trace, tuple(primals), positions)
        result = f(*traced)
    directions, direction_tree = flatten(list(tangents))
    if direction_tree != tree:
        raise ShapeError(
            f"the tangents have leaves {list(direction_tree.paths())}, the primals "
            f"have {list(tree.paths())}"
        )
    seeds: dict[Node, Value] = {}
    for node, direction in zip(inputs, directions, strict=True):
        add_seed(seeds, node, direction)
    trace.check_captured()
    found = push(trace.nodes, trace.values, seeds)
    leaves, out_tree = flatten(result)
    own = [x.node for x in leaves if isinstance(x, Traced) and x.recorder is trace]
    if not any(node in found for node in own):
        warn_if_dead(f, trace, own, inputs, {})
    moved = fresh([_tangent_of(trace, found, leaf) for leaf in leaves], directions)
    value = lower(trace, result)
    trace.drop()
    return value, unflatten(out_tree, moved)


def _tangent_of(trace: Trace, found: dict[Node, Value], leaf: Value) -> Value:
    if not (isinstance(leaf, Traced) and leaf.recorder is trace):
        spec = spec_of(leaf)
        return np.zeros(spec.shape, spec.dtype)[()]
    return _swept(found, leaf.node)


def stop_gradient(value: Any) -> Any:
    """Return the same values, through which no gradient flows.

    Examples
    --------
    >>> grad(lambda x: x * stop_gradient(x))(3.0)
    3.0
    """
    leaves, tree = flatten(value)
    return unflatten(tree, [GATES["stop_gradient"](leaf) for leaf in leaves])
