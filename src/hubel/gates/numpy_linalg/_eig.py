"""Eigenvalues and eigenvectors of any square matrix: always complex in a graph.

Whether they are real depends on the values, and a graph has one dtype for all values;
so NumPy's real results come as complex numbers with imaginary part 0. One gate gives
the eigenvalues as a column before the eigenvectors.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.gates._arithmetic import divide
from hubel.gates._compare import equal
from hubel.gates._complex import conjugate, imag, real
from hubel.gates._given import as_value
from hubel.gates._sum import sum_over
from hubel.gates._where import where
from hubel.gates.define import ByHand, define, implements, ndim_of, shape_of
from hubel.gates.numpy_linalg._parts import (
    adjoint,
    as_rows,
    cubic,
    diagonal_matrix,
    diagonal_of,
    field_of,
    square,
)
from hubel.gates.numpy_linalg._solve import solve
from hubel.gates.numpy_linalg._spectrum import inverse_gaps, ties, untied
from hubel.graph.node import Spec
from hubel.graph.registry import GATES, Value


def _plane(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Give the complex dtype of the same precision."""
    return np.result_type(dtype, np.complex64)


def _eig(a: Value) -> Any:
    values, vectors = np.linalg.eig(a)
    packed = np.concatenate([values[..., None], vectors], axis=-1)
    return packed.astype(_plane(packed.dtype), copy=False)


def _infer(a: Spec) -> Spec:
    size = square(a)
    return Spec((*a.shape[:-1], size + 1), _plane(field_of(a)))


def _down(x: Value) -> Value:
    """Add up each column."""
    return sum_over(x, axis=(ndim_of(x) - 2,), keepdims=True)


def _largest(vectors: Value) -> Value:
    """Say which entry of each column is the largest; LAPACK makes it real."""
    axis = ndim_of(vectors) - 2
    place = GATES["argmax"](abs(vectors), axis=axis, keepdims=True)
    return equal(as_rows(np.arange(shape_of(vectors)[-2])), place)


def _inside(packed: Value) -> tuple[Value, Value]:
    """Take eigenvalues and eigenvectors apart inside a rule."""
    packed = untied(packed, ties(packed[..., 0]))
    return packed[..., 0], packed[..., 1:]


# Giles 2008, section 3.1, gives dV = V (F * (V^-1 dA V)) for vectors of any length;
# LAPACK's have length 1 and their largest entry is real, and so has to be the tangent:
# v (Re v^H dv + i Im dv_p / v_p) is taken off, with p the place of the largest entry.
def _push(t: Value, out: Value, a: Value) -> Value:
    values, vectors = _inside(out)
    turned = solve(vectors, t @ vectors)
    moved = vectors @ (inverse_gaps(values) * turned)
    along = real(_down(conjugate(vectors) * moved))
    turn = imag(_down(where(_largest(vectors), divide(moved, vectors), 0)))
    moved = moved - vectors * (along + 1j * turn)
    return np.concatenate([as_rows(diagonal_of(turned)), moved], axis=-1)


def _pull(g: Value, out: Value, a: Value) -> Value:
    values, vectors = _inside(out)
    bar = conjugate(g)
    vectors_bar = bar[..., 1:]
    taken = _down(conjugate(vectors_bar) * vectors)
    turn = where(_largest(vectors), divide(1j * imag(taken), conjugate(vectors)), 0)
    vectors_bar = vectors_bar - vectors * real(taken) + turn
    back = adjoint(vectors)
    inner = conjugate(inverse_gaps(values)) * (back @ vectors_bar)
    inner = inner + diagonal_matrix(bar[..., 0])
    return conjugate(solve(back, inner @ back))


eig = define(
    "eig",
    _eig,
    _infer,
    ByHand(_pull, _push),
    kind="matrix",
    operations=cubic(25.0),
)

EigResult: Any = type(np.linalg.eig(np.ones((1, 1))))


@implements(np.linalg.eig)
def np_eig(a: Value) -> Any:
    """Mean what ``np.linalg.eig`` means, with complex results."""
    packed = eig(as_value(a))
    return EigResult(packed[..., 0], packed[..., 1:])


@implements(np.linalg.eigvals)
def np_eigvals(a: Value) -> Value:
    """Mean what ``np.linalg.eigvals`` means, with a complex result."""
    return eig(as_value(a))[..., 0]
