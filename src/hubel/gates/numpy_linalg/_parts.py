"""What rules about matrices share: dtypes, adjoints, halves of Hermitian matrices.

Upstream gradients pair with tangents as Re sum(g * t). Papers write the adjoint
``conj(g)`` with a bar and pair it as Re tr(bar^H t); rules quote them in that form, so
they conjugate what comes in and what goes out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from hubel.errors import DTypeError, ShapeError
from hubel.gates._complex import conjugated, is_complex, real, real_part
from hubel.gates._diagonal import diagonal, from_diagonal
from hubel.gates._where import where
from hubel.gates.define import shape_of
from hubel.graph.node import Node, Spec
from hubel.graph.registry import Value

TYPES = "fdFD"
"""The dtypes for which NumPy has linear algebra; whole numbers become float64."""


def field_of(*matrices: Spec) -> np.dtype[Any]:
    """Give the dtype in which NumPy computes with matrices."""
    found: list[np.dtype[Any]] = []
    for dtype in [m.dtype for m in matrices]:
        if dtype.kind not in "biu" and dtype.char not in TYPES:
            raise DTypeError(
                f"there is no linear algebra of {dtype}",
                remedy="cast to float32, float64, complex64 or complex128",
            )
        found.append(np.dtype(np.float64) if dtype.kind in "biu" else dtype)
    return np.result_type(*found)


def stacked(matrices: Spec) -> tuple[int, int]:
    """Give the rows and columns of a stack of matrices."""
    if len(matrices.shape) < 2:
        raise ShapeError(
            f"shape {matrices.shape} is not that of a matrix",
            remedy="two axes at least are needed; np.atleast_2d makes a row",
        )
    return matrices.shape[-2], matrices.shape[-1]


def square(matrices: Spec) -> int:
    """Give the size of a stack of square matrices."""
    rows, columns = stacked(matrices)
    if rows != columns:
        raise ShapeError(f"matrices of {rows} rows and {columns} columns, not square")
    return rows


def cubic(factor: float) -> Callable[[Node], float]:
    """Count ``factor * m * n * min(m, n)`` operations for each m by n matrix."""

    def operations(node: Node) -> float:
        source = node.inputs[0]
        return factor * source.size * min(source.shape[-2:], default=1)

    return operations


def adjoint(x: Value) -> Value:
    """Give the conjugate transpose of matrices."""
    return conjugated(x).mT


def as_columns(x: Value) -> Value:
    """Let a stack of vectors scale the columns of matrices that it multiplies."""
    return x[..., None, :]


def as_rows(x: Value) -> Value:
    """Let a stack of vectors scale the rows of matrices that it multiplies."""
    return x[..., :, None]


def diagonal_of(x: Value) -> Value:
    """Take the main diagonals."""
    return diagonal(x, offset=0)


def diagonal_matrix(x: Value) -> Value:
    """Make matrices of their main diagonals."""
    size = shape_of(x)[-1]
    return from_diagonal(x, offset=0, shape=(size, size))


@lru_cache(64)
def below(size: int, lower: bool = True) -> Any:
    """Say which entries are below the main diagonal, or above it."""
    mask = np.tri(size, k=-1, dtype=np.bool_)
    return mask if lower else mask.T.copy()


@lru_cache(64)
def on_diagonal(size: int) -> Any:
    """Say which entries are on the main diagonal."""
    return np.eye(size, dtype=np.bool_)


def hermitian_from(x: Value, lower: bool = True) -> Value:
    """Give the Hermitian matrices that NumPy sees in one triangle, as it reads it."""
    size = shape_of(x)[-1]
    mirrored = where(below(size, not lower), adjoint(x), real_part(x))
    return where(below(size, lower), x, mirrored)


def to_triangle(g: Value, lower: bool = True) -> Value:
    """Bring a gradient to the triangle that was read: transpose ``hermitian_from``."""
    size = shape_of(g)[-1]
    kept = where(on_diagonal(size), real_part(g), 0)
    return where(below(size, lower), g + adjoint(g), kept)


def lower_half(x: Value) -> Value:
    """Take what is below the diagonal, and half of the diagonal."""
    size = shape_of(x)[-1]
    return where(below(size), x, where(on_diagonal(size), 0.5 * x, 0))


def real_diagonal(x: Value) -> Value:
    """Give the real parts of the main diagonals."""
    picked = diagonal_of(x)
    return real(picked) if is_complex(picked) else picked
