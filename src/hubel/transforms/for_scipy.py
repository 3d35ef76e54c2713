"""Functions with derivatives in the form that SciPy's solvers call.

SciPy is imported where sparse arrays are asked for only: its solvers take plain
functions of vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from hubel.derive.sparsity import pattern_of
from hubel.errors import OptionError, ShapeError
from hubel.structure.pattern import Pattern
from hubel.structure.scipy_forms import csr_array
from hubel.transforms.compiled import compile as compile_
from hubel.transforms.layout import Layout
from hubel.transforms.of_vectors import (
    hessian_of,
    hessian_product,
    of_vectors,
    weighted,
    with_jacobian,
)
from hubel.transforms.recording import record

Function = Callable[..., Any]


def scipy_functions(
    f: Function,
    like: Any = None,
    *,
    argnum: int = 0,
    sparse: bool = False,
    compiled: bool = True,
) -> ScipyFunctions:
    """Give a function the form that SciPy's optimisers and solvers call.

    Parameters
    ----------
    f : callable
        Written in NumPy, to a real scalar, or to an array or a tree of arrays (then its
        elements are one vector: residuals, or the right side of an equation).
    like : tree of arrays, optional
        What the argument looks like that is differentiated, and where to start: SciPy's
        flat vector is taken apart into such a tree. Without it ``f`` gets the vector.
    argnum : int
        The position of that argument: 1 for ``f(t, y)`` of ``solve_ivp``.
    sparse : bool
        Whether Jacobians and Hessians are sparse arrays of SciPy, or dense ones.
    compiled : bool
        Whether functions are traced with shapes and run as plans, the default. Else
        they run step by step, and Python may decide on values, which is slower.

    Returns
    -------
    ScipyFunctions
        With ``fun``, ``jac``, ``fun_and_jac``, ``hess``, ``hessp``, ``weighted_hess``,
        ``jac_sparsity`` and ``x0``. All take what ``f`` takes, with a flat vector in
        the place ``argnum``, and give float64.

    Raises
    ------
    DTypeError
        If ``like`` has numbers that are not floating, or, when it is called, ``f``
        returns complex numbers.
    OptionError
        If ``argnum`` is negative, or SciPy is not there for sparse arrays.

    Notes
    -----
    Arrays that ``f`` captures are constants of its plans, as in :func:`hubel.compile`:
    pass what changes as further arguments (``args=`` of SciPy's solvers). A sparse
    derivative's pattern is that of all values; it is detected and coloured when a
    signature of arguments is first seen, and a few sweeps share a plan from then on.

    Examples
    --------
    >>> import numpy as np
    >>> def rosenbrock(x):
    ...     return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()
    >>> s = scipy_functions(rosenbrock)
    >>> s.fun_and_jac([1.0, 2.0])
    (100.0, array([-400.,  200.]))
    >>> s.hess([1.0, 2.0])
    array([[ 402., -400.],
           [-400.,  200.]])

    With SciPy: ``minimize(s.fun_and_jac, x0, jac=True, hess=s.hess, method=...)``,
    ``least_squares(s.fun, x0, jac=s.jac)``, ``root(s.fun, x0, jac=s.jac)``,
    ``solve_ivp(s.fun, span, y0, jac=s.jac)`` with ``argnum=1``.
    """
    if argnum < 0:
        raise OptionError(f"argnum={argnum}", remedy="count arguments from the front")
    return ScipyFunctions(f, like, argnum, sparse, compiled)


class ScipyFunctions:
    """A function and its derivatives for SciPy; see :func:`scipy_functions`.

    Attributes
    ----------
    x0 : numpy.ndarray or None
        The vector of what ``like`` was given, to start from.
    """

    def __init__(
        self, f: Function, like: Any, argnum: int, sparse: bool, compiled: bool
    ) -> None:
        self._argnum = argnum
        self._layout = None if like is None else Layout(like)
        self.x0 = None if self._layout is None else self._layout.pack(like)
        self._f = of_vectors(f, argnum, self._layout)
        plan: Function = compile_ if compiled else _as_it_is
        self._value = plan(self._f)
        self._product = plan(hessian_product(self._f, argnum))
        self._with_jacobian = with_jacobian(self._f, argnum, sparse, compiled)
        self._hessian = hessian_of(self._f, argnum, sparse, compiled)
        self._weighted = hessian_of(weighted(self._f, argnum), argnum, sparse, compiled)

    def fun(self, *args: Any) -> Any:
        """Return the value: a float, or a vector."""
        return _plain(self._value(*self._checked(args)))

    def jac(self, *args: Any) -> Any:
        """Return the gradient, a vector, or the Jacobian, a matrix."""
        return self.fun_and_jac(*args)[1]

    def fun_and_jac(self, *args: Any) -> tuple[Any, Any]:
        """Return the value and the gradient or Jacobian, which share what they can."""
        value, found = self._with_jacobian(*self._checked(args))
        return _plain(value), found

    def hess(self, *args: Any) -> Any:
        """Return the Hessian of a scalar function."""
        return self._hessian(*self._checked(args))

    def hessp(self, *args: Any) -> Any:
        """Return the Hessian of a scalar function times the vector after x."""
        return self._product(*self._checked(args, vectors=1))

    def weighted_hess(self, *args: Any) -> Any:
        """Return the Hessian of a vector function's elements, weighted and added up.

        The weights come after x, as ``NonlinearConstraint`` has it.
        """
        return self._weighted(*self._checked(args, vectors=1))

    def jac_sparsity(self, *args: Any) -> Any:
        """Return where the Jacobian may differ from zero, as a sparse array of bools.

        The pattern is that of all values, where Python decides on none.
        """
        recording = record(self._f, self._argnum, self._checked(args), {})
        sweeps, (source,) = recording.sweeps, recording.inputs.values()
        pattern = Pattern.at([], [], (_size(recording.rows), source.size))
        for output in sweeps.outputs:
            nodes = [*sweeps.inputs, *sweeps.nodes]
            pattern = pattern_of(nodes, sweeps.values, source, output)
        return csr_array(pattern, np.ones(pattern.nnz, np.bool_))

    def flatten(self, tree: Any) -> Any:
        """Return an argument like ``like`` as a vector."""
        layout = self._layout
        return np.asarray(tree, np.float64) if layout is None else layout.pack(tree)

    def unflatten(self, x: Any) -> Any:
        """Return the argument that a vector stands for."""
        x = np.asarray(x, np.float64)
        return x if self._layout is None else self._layout.unpack(x)

    def _checked(self, args: tuple[Any, ...], vectors: int = 0) -> tuple[Any, ...]:
        """Give the vectors among the arguments their dtype."""
        place = self._argnum
        if len(args) <= place + vectors:
            raise OptionError(
                f"{len(args)} arguments, and the one to differentiate is number {place}"
                + (", with a vector after it" if vectors else ""),
                remedy="give the arguments in the order of the function's own",
            )
        found = list(args)
        for i in range(place, place + 1 + vectors):
            found[i] = np.asarray(args[i], np.float64)
        layout, shape = self._layout, found[place].shape
        if layout is not None and shape != (layout.size,):
            raise ShapeError(
                f"a vector of shape {shape} for {layout.size} parameters",
                remedy="begin with x0, which has one number for each element of like",
            )
        return tuple(found)


def _plain(value: Any) -> Any:
    return float(value) if np.ndim(value) == 0 else value


def _size(rows: Mapping[str, tuple[int, ...]]) -> int:
    (shape,) = rows.values()
    return int(np.prod(shape, dtype=int))


def _as_it_is(f: Function) -> Function:
    return f
