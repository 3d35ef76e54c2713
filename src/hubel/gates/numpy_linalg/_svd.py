"""Singular values and vectors.

The decomposition is one gate, which gives the columns U^T, s and the rows V^H side by
side. A pair of singular vectors has a free phase (a sign, if they are real); functions
that do not depend on it have the right derivative.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import TraceError
from hubel.gates._complex import conjugated, real_dtype, real_part
from hubel.gates._given import as_value
from hubel.gates._sum import sum_over
from hubel.gates.define import ByHand, define, implements, ndim_of, shape_of
from hubel.gates.numpy_linalg._eigh import np_eigh, np_eigvalsh
from hubel.gates.numpy_linalg._parts import (
    adjoint,
    as_columns,
    as_rows,
    cubic,
    diagonal_matrix,
    field_of,
    real_diagonal,
    stacked,
)
from hubel.gates.numpy_linalg._spectrum import (
    inverse_gaps,
    inverse_of,
    inverse_sums,
    rounding,
    ties_or_zeros,
    untied,
)
from hubel.graph.node import Spec, spec_of
from hubel.graph.registry import Value


def _svd(a: Value) -> Any:
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    return np.concatenate([u.mT, s[..., None], vh], axis=-1)


def _infer(a: Spec) -> Spec:
    rows, columns = stacked(a)
    shape = (*a.shape[:-2], min(rows, columns), rows + 1 + columns)
    return Spec(shape, field_of(a))


def _apart(packed: Value, a: Value) -> tuple[Value, Value, Value]:
    """Take U, s and V^H apart."""
    rows = shape_of(a)[-2]
    s = real_part(packed[..., rows])
    return packed[..., :rows].mT, s, packed[..., rows + 1 :]


def _inside(packed: Value, a: Value) -> tuple[Value, Value, Value]:
    """Take them apart inside a rule."""
    tied = ties_or_zeros(_apart(packed, a)[1])
    return _apart(untied(packed, tied), a)


# Wan & Zhang 2019, "Automatic differentiation for complex valued SVD", and Liao et al.
# 2019, "Differentiable programming tensor networks", equations 3 to 5. Their
# 1 / (s_j^2 - s_i^2) is taken apart into 1 / (s_j - s_i) and 1 / (s_j + s_i), so that
# the first one drops out of functions such as U V^H, which are smooth at equal values.
def _push(t: Value, out: Value, a: Value) -> Value:
    u, s, vh = _inside(out, a)
    rows, columns = shape_of(a)[-2:]
    left, right = t @ adjoint(vh), adjoint(u) @ t
    inner = right @ adjoint(vh)
    even = 0.5 * inverse_gaps(s) * (inner + adjoint(inner))
    odd = 0.5 * inverse_sums(s) * (inner - adjoint(inner))
    inverse = inverse_of(s, rounding(s))
    u_moved, vh_moved = u @ (even + odd), adjoint(even - odd) @ vh
    if rows > columns:
        u_moved = u_moved + (left - u @ inner) * as_columns(inverse)
    if columns > rows:
        vh_moved = vh_moved + as_rows(inverse) * (right - inner @ vh)
    s_moved = as_rows(real_diagonal(inner))
    return np.concatenate([u_moved.mT, s_moved, vh_moved], axis=-1)


def _pull(g: Value, out: Value, a: Value) -> Value:
    u, s, vh = _inside(out, a)
    u_bar, s_bar, vh_bar = _apart(conjugated(g), a)
    rows, columns = shape_of(a)[-2:]
    of_u, of_v = adjoint(u) @ u_bar, vh @ adjoint(vh_bar)
    even = 0.5 * inverse_gaps(s) * (of_u + of_v)
    odd = 0.5 * inverse_sums(s) * (of_u - of_v)
    inner = even + adjoint(even) + odd - adjoint(odd) + diagonal_matrix(s_bar)
    found = u @ inner @ vh
    inverse = inverse_of(s, rounding(s))
    if rows > columns:
        outside = u_bar * as_columns(inverse)
        found = found + (outside - u @ (adjoint(u) @ outside)) @ vh
    if columns > rows:
        outside = as_rows(inverse) * vh_bar
        found = found + u @ (outside - (outside @ adjoint(vh)) @ vh)
    return conjugated(found)


svd = define(
    "svd",
    _svd,
    _infer,
    ByHand(_pull, _push),
    kind="matrix",
    operations=cubic(22.0),
    convention="for vectors, see linear algebra in Conventions",
)


def _svdvals(a: Value) -> Any:
    return np.linalg.svd(a, compute_uv=False)


def _infer_svdvals(a: Spec) -> Spec:
    return Spec((*a.shape[:-2], min(stacked(a))), real_dtype(field_of(a)))


def _values_pull(g: Value, out: Value, a: Value) -> Value:
    u, _, vh = _inside(svd(a), a)
    return conjugated((u * as_columns(g)) @ vh)


def _values_push(t: Value, out: Value, a: Value) -> Value:
    u, _, vh = _inside(svd(a), a)
    turned = conjugated(u) * (t @ adjoint(vh))
    return real_part(sum_over(turned, axis=(ndim_of(turned) - 2,)))


# ds = Re diag(U^H dA V) (Giles 2008, section 3.2).
svdvals = define(
    "svdvals",
    _svdvals,
    _infer_svdvals,
    ByHand(_values_pull, _values_push),
    kind="matrix",
    operations=cubic(4.0),
)

SVDResult: Any = type(np.linalg.svd(np.ones((1, 1))))


def singular_values(a: Value, hermitian: bool = False) -> Value:
    """Give singular values; of Hermitian matrices, the moduli of eigenvalues."""
    if not hermitian:
        return svdvals(a)
    moduli = abs(np_eigvalsh(a))
    return np.take_along_axis(moduli, _descending(moduli), axis=-1)


def _descending(x: Value) -> Value:
    return np.flip(np.argsort(x, axis=-1), axis=-1)


@implements(np.linalg.svd)
def np_svd(
    a: Value,
    full_matrices: bool = True,
    compute_uv: bool = True,
    hermitian: bool = False,
) -> Any:
    """Mean what ``np.linalg.svd`` means; vectors that are not decided are refused."""
    a = as_value(a)
    rows, columns = stacked(spec_of(a))
    if not compute_uv:
        return singular_values(a, hermitian)
    if hermitian:
        return _of_hermitian(a)
    if full_matrices and rows != columns:
        raise TraceError(
            f"np.linalg.svd with full_matrices=True of {rows} by {columns} matrices "
            "has no derivative: some of the vectors are not decided by the matrices",
            remedy="use full_matrices=False, or np.linalg.svdvals",
        )
    return SVDResult(*_apart(svd(a), a))


def _of_hermitian(a: Value) -> Any:
    """Order eigenvalues by modulus, and give their signs to the right vectors."""
    values, vectors = np_eigh(a)
    order = _descending(abs(values))
    values = np.take_along_axis(values, order, axis=-1)
    u = np.take_along_axis(vectors, as_columns(order), axis=-1)
    signs = np.copysign(1.0, values)
    return SVDResult(u, abs(values), adjoint(u * as_columns(signs)))


@implements(np.linalg.svdvals)
def np_svdvals(x: Value, /) -> Value:
    """Mean what ``np.linalg.svdvals`` means."""
    return svdvals(as_value(x))
