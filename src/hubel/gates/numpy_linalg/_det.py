"""Determinants, which are smooth at singular matrices too.

The gradient of the determinant is the matrix of cofactors. With A = U S V^H it is
det(U) det(V^H) conj(U) cof(S) conj(V^H), which needs no inverse; so is its derivative,
which is symmetric because it is a second derivative.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from hubel.gates._chain import chain
from hubel.gates._complex import imag, is_complex, real, real_part
from hubel.gates._matmul import matmul
from hubel.gates._sum import sum_over
from hubel.gates.define import ByHand, Multilinear, define, implements, ndim_of
from hubel.gates.numpy_linalg._parts import cubic, field_of, square
from hubel.gates.numpy_linalg._solve import inv
from hubel.graph.node import Spec
from hubel.graph.registry import Value


def _infer_det(a: Spec) -> Spec:
    square(a)
    return Spec(a.shape[:-2], field_of(a))


def _spread(g: Value) -> Value:
    """Give one number for each matrix two axes more."""
    return g[..., None, None]


def _total(x: Value) -> Value:
    """Add up the entries of each matrix."""
    return sum_over(x, axis=(ndim_of(x) - 2, ndim_of(x) - 1))


det = define(
    "det",
    np.linalg.det,
    _infer_det,
    ByHand(
        lambda g, out, a: chain(_spread(g), cofactor(a)),
        lambda t, out, a: _total(chain(t, cofactor(a))),
    ),
    numpy=np.linalg.det,
    kind="matrix",
    operations=cubic(2 / 3),
    convention="smooth at singular matrices to second order",
)


def _others(x: Any) -> Any:
    """Give the product of all elements but one, for each, along the last axis."""
    ones = np.ones_like(x[..., :1])
    before = np.cumprod(np.concatenate([ones, x[..., :-1]], -1), -1)
    after = np.cumprod(np.concatenate([ones, x[..., :0:-1]], -1), -1)[..., ::-1]
    return before * after


class _Frame(NamedTuple):
    """A singular value decomposition, and the cofactors of its two bases."""

    u: Any
    s: Any
    vh: Any
    left: Any
    right: Any


def _frame(a: Any) -> _Frame:
    u, s, vh = np.linalg.svd(a)
    sign = np.linalg.det(u) * np.linalg.det(vh)
    return _Frame(u, s, vh, np.conjugate(u) * sign[..., None, None], np.conjugate(vh))


def _cofactor(a: Value) -> Any:
    frame = _frame(a)
    found = (frame.left * _others(frame.s)[..., None, :]) @ frame.right
    return found.astype(field_of(Spec(a.shape, a.dtype)), copy=False)


def _infer_cofactor(a: Spec) -> Spec:
    square(a)
    return Spec(a.shape, field_of(a))


cofactor = define(
    "cofactor",
    _cofactor,
    _infer_cofactor,
    ByHand(
        lambda g, out, a: cofactor_tangent(a, g),
        lambda t, out, a: cofactor_tangent(a, t),
    ),
    kind="matrix",
    operations=cubic(24.0),
)


def _cofactor_tangent(a: Value, t: Value) -> Any:
    """Turn t into the bases of a, where the minors are products of singular values."""
    u, s, vh, left, right = _frame(a)
    turned = np.conjugate(u.mT) @ t @ np.conjugate(vh.mT)
    n = s.shape[-1]
    without_one = np.where(np.eye(n, dtype=np.bool_), 1, s[..., None, :])
    without_two = np.where(np.eye(n, dtype=np.bool_), 0, _others(without_one))
    along = without_two @ np.diagonal(turned, 0, -2, -1)[..., None]
    minors = np.eye(n) * along - without_two * turned.mT
    dtype = field_of(Spec(a.shape, a.dtype), Spec(t.shape, t.dtype))
    return (left @ minors @ right).astype(dtype, copy=False)


def _infer_cofactor_tangent(a: Spec, t: Spec) -> Spec:
    square(a)
    return Spec(np.broadcast_shapes(a.shape, t.shape), field_of(a, t))


def _third(s: Value, out: Value, a: Value, t: Value) -> Value:
    """Give the third derivative of the determinant along s and t; needs an inverse.

    It follows from d(A) (tr(A^-1 t) A^-1 - A^-1 t A^-1), the second one, transposed.
    """
    inverse = inv(a)
    m, n = matmul(inverse, s), matmul(inverse, t)
    both = matmul(m, n)
    of_m, of_n = _trace(m), _trace(n)
    straight = _spread(of_m * of_n - _trace(both)) * inverse
    crossed = _spread(of_m) * n + _spread(of_n) * m - both - matmul(n, m)
    return _spread(det(a)) * (straight - matmul(crossed, inverse)).mT


def _trace(x: Value) -> Value:
    return np.trace(x, axis1=-2, axis2=-1)


cofactor_tangent = define(
    "cofactor_tangent",
    _cofactor_tangent,
    _infer_cofactor_tangent,
    ByHand(_third, _third),
    Multilinear(lambda g, out, a, t: cofactor_tangent(a, g)),
    kind="matrix",
    operations=cubic(32.0),
)


def _slogdet(a: Value) -> Any:
    """Stack the sign and the logarithm of the modulus."""
    sign, log = np.linalg.slogdet(a)
    return np.stack([sign, log], axis=-1)


def _infer_slogdet(a: Spec) -> Spec:
    return Spec((*_infer_det(a).shape, 2), field_of(a))


# d(log det A) = tr(A^-1 dA) (Giles 2008, section 2.2.4): its real part is that of
# log|det A|, its imaginary part turns the sign.
def _slogdet_pull(g: Value, out: Value, a: Value) -> Value:
    slope = real_part(g[..., 1])
    if is_complex(out):
        slope = slope + 1j * imag(g[..., 0] * out[..., 0])
    return chain(_spread(slope), inv(a).mT)


def _slogdet_push(t: Value, out: Value, a: Value) -> Value:
    moved = _total(chain(t, inv(a).mT))
    if not is_complex(out):
        return np.stack([np.zeros_like(moved), moved], axis=-1)
    return np.stack([1j * imag(moved) * out[..., 0], real(moved)], axis=-1)


slogdet = define(
    "slogdet",
    _slogdet,
    _infer_slogdet,
    ByHand(_slogdet_pull, _slogdet_push),
    kind="matrix",
    operations=cubic(2 / 3),
    convention="an error at singular matrices",
)

SlogdetResult: Any = type(np.linalg.slogdet(np.ones((1, 1))))


@implements(np.linalg.slogdet)
def np_slogdet(a: Value) -> Any:
    """Mean what ``np.linalg.slogdet`` means."""
    found = slogdet(a)
    return SlogdetResult(found[..., 0], real_part(found[..., 1]))
