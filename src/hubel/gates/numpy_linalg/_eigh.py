"""Eigenvalues and eigenvectors of Hermitian matrices.

The decomposition is one gate, which gives the eigenvalues as a column before the
eigenvectors. NumPy reads one triangle of the matrix, and so does the derivative.

An eigenvector has a free phase (a sign, if it is real). Its derivative is the one at
right angles to it; functions that do not depend on the phase have it right.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import OptionError
from hubel.gates._complex import real_dtype, real_part
from hubel.gates._given import as_value
from hubel.gates._sum import sum_over
from hubel.gates.define import ByHand, define, implements, ndim_of
from hubel.gates.numpy_linalg._parts import (
    adjoint,
    as_columns,
    as_rows,
    conjugated,
    cubic,
    diagonal_matrix,
    field_of,
    hermitian_from,
    real_diagonal,
    square,
    to_triangle,
)
from hubel.gates.numpy_linalg._spectrum import inverse_gaps, ties, untied
from hubel.graph.node import Spec
from hubel.graph.registry import Value


def _side(lower: bool) -> Any:
    return "L" if lower else "U"


def _eigh(a: Value, lower: bool) -> Any:
    values, vectors = np.linalg.eigh(a, _side(lower))
    return np.concatenate([values[..., None], vectors], axis=-1)


def _infer(a: Spec, lower: bool) -> Spec:
    size = square(a)
    return Spec((*a.shape[:-1], size + 1), field_of(a))


def parts(packed: Value) -> tuple[Value, Value]:
    """Take eigenvalues and eigenvectors apart."""
    return real_part(packed[..., 0]), packed[..., 1:]


def _inside(packed: Value) -> tuple[Value, Value]:
    """Take them apart inside a rule."""
    return parts(untied(packed, ties(parts(packed)[0])))


# Giles 2008, "Collected matrix derivative results", section 3.1; for Hermitian
# matrices the transposes are adjoints.
def _push(t: Value, out: Value, a: Value, lower: bool) -> Value:
    values, vectors = _inside(out)
    turned = adjoint(vectors) @ hermitian_from(t, lower) @ vectors
    moved = vectors @ (inverse_gaps(values) * turned)
    return np.concatenate([as_rows(real_diagonal(turned)), moved], axis=-1)


def _pull(g: Value, out: Value, a: Value, lower: bool) -> Value:
    values, vectors = _inside(out)
    values_bar, vectors_bar = parts(conjugated(g))
    inner = inverse_gaps(values) * (adjoint(vectors) @ vectors_bar)
    inner = inner + diagonal_matrix(values_bar)
    found = vectors @ inner @ adjoint(vectors)
    return to_triangle(conjugated(found), lower)


eigh = define(
    "eigh",
    _eigh,
    _infer,
    ByHand(_pull, _push),
    kind="matrix",
    operations=cubic(9.0),
    convention="for vectors, see linear algebra in Conventions",
)


def _eigvalsh(a: Value, lower: bool) -> Any:
    return np.linalg.eigvalsh(a, _side(lower))


def _infer_eigvalsh(a: Spec, lower: bool) -> Spec:
    square(a)
    return Spec(a.shape[:-1], real_dtype(field_of(a)))


def _values_pull(g: Value, out: Value, a: Value, lower: bool) -> Value:
    _, vectors = _inside(eigh(a, lower=lower))
    found = (vectors * as_columns(g)) @ adjoint(vectors)
    return to_triangle(conjugated(found), lower)


def _values_push(t: Value, out: Value, a: Value, lower: bool) -> Value:
    _, vectors = _inside(eigh(a, lower=lower))
    turned = conjugated(vectors) * (hermitian_from(t, lower) @ vectors)
    return real_part(sum_over(turned, axis=(ndim_of(turned) - 2,)))


eigvalsh = define(
    "eigvalsh",
    _eigvalsh,
    _infer_eigvalsh,
    ByHand(_values_pull, _values_push),
    kind="matrix",
    operations=cubic(4 / 3),
)

EighResult: Any = type(np.linalg.eigh(np.ones((1, 1))))


def _reads_lower(side: str) -> bool:
    if side.upper() not in ("L", "U"):
        raise OptionError(f"UPLO={side!r}", remedy="L or U")
    return side.upper() == "L"


@implements(np.linalg.eigh)
def np_eigh(a: Value, UPLO: str = "L") -> Any:
    """Mean what ``np.linalg.eigh`` means."""
    return EighResult(*parts(eigh(as_value(a), lower=_reads_lower(UPLO))))


@implements(np.linalg.eigvalsh)
def np_eigvalsh(a: Value, UPLO: str = "L") -> Value:
    """Mean what ``np.linalg.eigvalsh`` means."""
    return eigvalsh(as_value(a), lower=_reads_lower(UPLO))
