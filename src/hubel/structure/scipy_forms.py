"""SciPy's forms of operators, for its solvers; SciPy is imported when one is asked."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from hubel.errors import OptionError
from hubel.structure.arithmetic import Array
from hubel.structure.pattern import Pattern

Product = Callable[[Array], Array]


def csr_array(pattern: Pattern, values: Array) -> Any:
    """Return a ``scipy.sparse.csr_array`` with arrays of its own."""
    sparse = _scipy("scipy.sparse")
    arrays = (values.copy(), pattern.columns.copy(), pattern.starts.copy())
    return sparse.csr_array(arrays, shape=pattern.shape)


def linear_operator(
    shape: tuple[int, int], dtype: Any, forward: Product, adjoint: Product
) -> Any:
    """Return a ``scipy.sparse.linalg.LinearOperator`` with two products."""
    return _scipy("scipy.sparse.linalg").LinearOperator(
        shape=shape,
        dtype=dtype,
        matvec=_flat(forward),
        rmatvec=_flat(adjoint),
        matmat=forward,
        rmatmat=adjoint,
    )


def _flat(product: Product) -> Product:
    """Return a product for vectors that SciPy may give as columns."""
    return lambda vector: product(vector.reshape(-1))


def _scipy(module: str) -> Any:
    """Import a part of SciPy, or say how to get it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise OptionError(
            "SciPy's form of an operator was asked for, and SciPy is not installed.",
            remedy='Install it: pip install "hubel[sklearn]", or use J.todense().',
        ) from error
