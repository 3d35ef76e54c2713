"""Pseudo-inverses and least squares, for matrices whose rank does not change nearby."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import OptionError, ShapeError
from hubel.gates._cast import astype
from hubel.gates._complex import conjugated, squared_modulus
from hubel.gates._given import as_value, known
from hubel.gates._layout import reshape
from hubel.gates.batch import Call, one_by_one
from hubel.gates.define import (
    CONSTANT_RULE,
    ByHand,
    Multilinear,
    define,
    implements,
    ndim_of,
    shape_of,
)
from hubel.gates.numpy_linalg._parts import (
    adjoint,
    cubic,
    field_of,
    hermitian_from,
    stacked,
)
from hubel.gates.numpy_linalg._svd import svdvals
from hubel.graph.node import Spec, spec_of
from hubel.graph.registry import Value

PINV: Any = np.linalg.pinv
LSTSQ: Any = np.linalg.lstsq


def _infer_pinv(a: Spec, cutoff: Spec) -> Spec:
    rows, columns = stacked(a)
    return Spec((*a.shape[:-2], columns, rows), field_of(a))


# Golub & Pereyra 1973, "The differentiation of pseudo-inverses and nonlinear least
# squares problems whose variables separate", equation 4.12.
def _pinv_push(t: Value, out: Value, a: Value, cutoff: Value) -> Value:
    back, turned = adjoint(out), adjoint(t)
    wide = out @ (back @ (turned - (turned @ a) @ out))
    tall = ((turned - out @ (a @ turned)) @ back) @ out
    return wide + tall - out @ t @ out


def _pinv_pull(g: Value, out: Value, a: Value, cutoff: Value) -> Value:
    back, turned = adjoint(out), g.mT  # the adjoint of the adjoint of g
    wide = ((turned - a @ (out @ turned)) @ out) @ back
    tall = back @ (out @ (turned - (turned @ out) @ a))
    return conjugated(wide + tall - back @ conjugated(g) @ back)


def _pinv_batch(call: Call) -> Value:
    """Invert all at once where they have one cutoff."""
    return one_by_one(call) if call.batched[1] else call.again(*call.args)


pinv = define(
    "pinv",
    PINV,
    _infer_pinv,
    ByHand(_pinv_pull, _pinv_push),
    CONSTANT_RULE,
    kind="matrix",
    operations=cubic(24.0),
    batch=_pinv_batch,
    convention="for a rank that does not change nearby",
)

NOT_GIVEN: Any = object()


@implements(np.linalg.pinv)
def np_pinv(
    a: Value, rcond: Any = None, hermitian: bool = False, *, rtol: Any = NOT_GIVEN
) -> Value:
    """Mean what ``np.linalg.pinv`` means."""
    a = as_value(a)
    if rcond is not None and rtol is not NOT_GIVEN:
        raise OptionError("np.linalg.pinv with rcond= and rtol=", remedy="give one")
    if rcond is None:
        rcond = 1e-15 if rtol is NOT_GIVEN else rtol
    if rcond is None:
        spec = spec_of(a)
        rcond = max(stacked(spec)) * float(np.finfo(field_of(spec)).eps)
    cutoff = known(rcond, "the cutoff of np.linalg.pinv")[()]
    return pinv(hermitian_from(a) if hermitian else a, cutoff)


def _lstsq(a: Value, b: Value, rcond: float) -> Any:
    return LSTSQ(a, b, rcond)[0]


def _infer_lstsq(a: Spec, b: Spec, rcond: float) -> Spec:
    if len(a.shape) != 2 or len(b.shape) != 2 or a.shape[0] != b.shape[0]:
        raise ShapeError(
            f"least squares of shapes {a.shape} and {b.shape}",
            remedy="a is one matrix and b has as many rows; for a stack of matrices "
            "use np.linalg.pinv(a) @ b",
        )
    return Spec((a.shape[1], b.shape[1]), field_of(a, b))


# The derivative of the pseudo-inverse, times b: with r = b - A x,
# dx = -P dA x + P P^H dA^H r + (1 - P A) dA^H P^H x (Golub & Pereyra 1973).
def _lstsq_push(t: Value, out: Value, a: Value, b: Value, rcond: float) -> Value:
    p, turned = pinv(a, rcond), adjoint(t)
    back = adjoint(p)
    tall = turned @ (back @ out)
    moved = p @ (back @ (turned @ (b - a @ out)) - t @ out)
    return moved + tall - p @ (a @ tall)


def _lstsq_pull(g: Value, out: Value, a: Value, b: Value, rcond: float) -> Value:
    p, turned = pinv(a, rcond), g.mT  # the adjoint of the adjoint of g
    back = adjoint(p)
    rest = (b - a @ out) @ ((turned @ p) @ back)
    tall = (back @ out) @ (turned - (turned @ p) @ a)
    return conjugated(rest + tall - (back @ conjugated(g)) @ adjoint(out))


lstsq = define(
    "lstsq",
    _lstsq,
    _infer_lstsq,
    ByHand(_lstsq_pull, _lstsq_push),
    Multilinear(lambda g, out, a, b, rcond: pinv(a, rcond).mT @ g),
    kind="matrix",
    operations=cubic(24.0),
    batch=one_by_one,
)


@implements(np.linalg.lstsq)
def np_lstsq(a: Value, b: Value, rcond: float | None = None) -> Any:
    """Mean what ``np.linalg.lstsq`` means, for columns that are independent.

    The length of the residuals is that of matrices of full rank; so are derivatives.
    """
    a, b = as_value(a), as_value(b)
    columns = reshape(b, shape=(*shape_of(b), 1)) if ndim_of(b) == 1 else b
    dtype = field_of(spec_of(a), spec_of(b))
    precision = float(np.finfo(dtype).eps)
    if rcond is None:
        rcond = precision * max(stacked(spec_of(a)))
    cutoff = precision if rcond < 0 else float(rcond)
    x = lstsq(a, columns, rcond=cutoff)
    return _solution(x, ndim_of(b)), *_report(a, columns, x, cutoff)


def _solution(x: Value, ndim: int) -> Value:
    return reshape(x, shape=shape_of(x)[:1]) if ndim == 1 else x


def _report(a: Value, b: Value, x: Value, cutoff: float) -> tuple[Value, ...]:
    """Give the residuals, the rank and the singular values."""
    rows, columns = shape_of(a)
    rest = squared_modulus(b - a @ x)
    residuals = np.sum(rest, axis=0) if rows > columns else rest[:0, 0]
    s = svdvals(a)
    rank = np.sum(s > cutoff * np.max(s, initial=0))
    return residuals, astype(rank, dtype=np.dtype(np.int32)), s
