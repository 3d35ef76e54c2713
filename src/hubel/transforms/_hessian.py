"""Second derivatives: Hessians with structure, and their products with vectors."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from hubel.structure import Dense, Operator
from hubel.transforms._jacobian import jacobian
from hubel.transforms.gradients import grad, jvp

Function = Callable[..., Any]


def hessian(f: Function, argnums: int | Sequence[int] = 0) -> Function:
    """Make the function that returns the Hessian of a scalar function.

    Parameters
    ----------
    f : callable
        A function of arrays (or trees of arrays) written in NumPy, to a scalar.
    argnums : int or sequence of int
        The positions of the arguments to differentiate with respect to.

    Returns
    -------
    callable
        Takes what ``f`` takes; returns the Jacobian of the gradient: a symmetric
        operator with its structure, as :func:`jacobian` returns it.

    Raises
    ------
    DifferentiationError
        If an argument carries no gradient, or the result is not a real scalar.

    Examples
    --------
    >>> import numpy as np
    >>> hessian(lambda x: (x**3).sum())(np.array([1.0, 2.0]))
    Diagonal(2 x 2, float64, 16 B)
    """
    slope = jacobian(grad(f, argnums), argnums)

    @functools.wraps(f)
    def curvature(*args: Any, **kwargs: Any) -> Any:
        found = slope(*args, **kwargs)
        return _symmetric(found) if isinstance(found, Dense) else found

    return curvature


def _symmetric(found: Dense) -> Operator:
    """Even out the last digits of the two halves."""
    values = found.values
    even = Dense((values + values.T) / 2, found.output_shape, found.input_shape)
    return even.explained(found.explain())


def hvp(f: Function, x: Any, v: Any) -> Any:
    """Multiply the Hessian of a scalar function by a vector, without forming it.

    One forward sweep over the gradient's graph: a small multiple of the function's own
    cost, whatever the number of inputs.
    Source: Pearlmutter, Fast Exact Multiplication by the Hessian, Neural Computation
    6(1), 1994.

    Parameters
    ----------
    f : callable
        A function of an array (or a tree of arrays) written in NumPy, to a scalar.
    x : array or tree
        Where.
    v : array or tree
        The direction, of the structure of ``x``.

    Returns
    -------
    array or tree
        Of the structure of ``x``.

    Examples
    --------
    >>> import numpy as np
    >>> hvp(lambda x: (x**3).sum(), np.array([1.0, 2.0]), np.array([1.0, 0.0]))
    array([6., 0.])
    """
    return jvp(grad(f), (x,), (v,))[1]
