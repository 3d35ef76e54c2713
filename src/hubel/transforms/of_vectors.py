"""Functions of one vector among their arguments, with the derivatives of solvers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hubel.errors import DTypeError
from hubel.graph.node import describe, spec_of
from hubel.tracing.program import is_number
from hubel.tracing.tree import flatten
from hubel.transforms._hessian import hessian
from hubel.transforms._jacobian import jacobian
from hubel.transforms._vmap import vmap
from hubel.transforms.compiled import compile as compile_
from hubel.transforms.gradients import grad, jvp, vjp
from hubel.transforms.layout import Layout
from hubel.transforms.sparse_plan import SparsePlans, sparse_hessian, sparse_jacobian

Function = Callable[..., Any]


def of_vectors(f: Function, place: int, layout: Layout | None) -> Function:
    """Make the function of a vector in one place, to a scalar or a vector.

    A result with the leaves of the layout has them in the layout's order.
    """

    def of_vector(*args: Any) -> Any:
        given = list(args)
        if layout is not None:
            given[place] = layout.unpack(args[place])
        leaves, tree = flatten(f(*given))
        paths = list(tree.paths())
        for path, leaf in zip(paths, leaves, strict=True):
            _require_real(path, leaf)
        if paths == [""] and np.shape(leaves[0]) == ():
            return _float64(leaves[0])
        if layout is not None and sorted(paths) == sorted(layout.paths):
            leaves = [leaves[paths.index(path)] for path in layout.paths]
        parts = [_float64(np.reshape(leaf, -1)) for leaf in leaves]
        return parts[0] if len(parts) == 1 else np.concatenate([np.zeros(0), *parts])

    return of_vector


def _require_real(path: str, leaf: Any) -> None:
    if not is_number(leaf) or spec_of(leaf).dtype.kind == "c":
        given = describe(spec_of(leaf)) if is_number(leaf) else type(leaf).__name__
        raise DTypeError(
            f"the function returned {given}{path and f' at {path}'}, and SciPy takes "
            "float64",
            remedy="return real arrays; split complex ones into two parts",
        )


def _float64(value: Any) -> Any:
    if isinstance(value, (int, float)):
        return np.float64(value)
    return value.astype(np.float64, copy=False)


def _alone(f: Function, place: int, args: tuple[Any, ...]) -> tuple[Function, Any]:
    """Return the function of the vector alone, and the vector."""

    def of_x(x: Any) -> Any:
        return f(*args[:place], x, *args[place + 1 :])

    return of_x, args[place]


def _split(args: tuple[Any, ...], place: int) -> tuple[tuple[Any, ...], Any]:
    """Take the vector after the one in a place out of the arguments."""
    return (*args[: place + 1], *args[place + 2 :]), args[place + 1]


def weighted(f: Function, place: int) -> Function:
    """Make the sum of a function's elements, by weights that come after the vector."""

    def weighted(*args: Any) -> Any:
        rest, weights = _split(args, place)
        return weights @ np.reshape(f(*rest), -1)

    return weighted


def hessian_product(f: Function, place: int) -> Function:
    """Make the product of the Hessian with the vector that comes after the vector."""

    def product(*args: Any) -> Any:
        rest, v = _split(args, place)
        of_x, x = _alone(f, place, rest)
        return jvp(grad(of_x), (x,), (v,))[1]

    return product


def with_jacobian(f: Function, place: int, sparse: bool, compiled: bool) -> Function:
    """Make the function of the value and the Jacobian."""
    if compiled and not sparse:

        def dense(*args: Any) -> Any:
            return value_and_jacobian(*_alone(f, place, args))

        return compile_(dense)
    plans = SparsePlans(f, place, sparse_jacobian)
    find = jacobian(f, place)

    def both(*args: Any) -> Any:
        value, found = plans(*args) if compiled else (f(*args), find(*args))
        if np.ndim(value) == 0:
            return value, np.asarray(found).reshape(-1)
        return value, found.tosparse() if sparse else np.asarray(found)

    return both


def hessian_of(f: Function, place: int, sparse: bool, compiled: bool) -> Function:
    """Make the function of the Hessian."""
    if compiled and not sparse:

        def dense(*args: Any) -> Any:
            return dense_hessian(*_alone(f, place, args))

        return compile_(dense)
    plans = SparsePlans(f, place, sparse_hessian)
    find = hessian(f, place)

    def second(*args: Any) -> Any:
        found = plans(*args)[1] if compiled else find(*args)
        return found.tosparse() if sparse else np.asarray(found)

    return second


def value_and_jacobian(f: Function, x: Any) -> tuple[Any, Any]:
    """Return a function's value at a vector and its dense Jacobian.

    The sweeps go from the smaller side, all of them at once.

    Examples
    --------
    >>> value_and_jacobian(lambda x: x[:2] * x[2], np.array([1.0, 2.0, 3.0]))
    (array([3., 6.]), array([[3., 0., 1.],
           [0., 3., 2.]]))
    """
    y, pullback = vjp(f, x)
    if np.ndim(y) == 0:
        return y, pullback(np.float64(1))[0]
    rows, columns = np.size(y), np.size(x)

    def pull(u: Any) -> Any:
        return pullback(u)[0]

    def push(t: Any) -> Any:
        return jvp(f, (x,), (t,))[1]

    if rows < columns:
        return y, vmap(pull)(np.eye(rows))
    return y, vmap(push, out_axes=1)(np.eye(columns))


def dense_hessian(f: Function, x: Any) -> Any:
    """Return the Hessian of a scalar function, symmetric to the last digit.

    Examples
    --------
    >>> dense_hessian(lambda x: x[0] * x[1], np.array([1.0, 2.0]))
    array([[0., 1.],
           [1., 0.]])
    """

    def along(v: Any) -> Any:
        return jvp(grad(f), (x,), (v,))[1]

    found = vmap(along)(np.eye(np.size(x)))
    return (found + found.T) / 2
