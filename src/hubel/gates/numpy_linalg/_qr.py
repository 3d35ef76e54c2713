"""The QR decomposition of matrices with independent columns.

One gate gives both factors, Q on top of R, so that they share one decomposition. Where
there are more columns than rows, the first columns decide Q, and the others follow.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import OptionError, ShapeError, TraceError
from hubel.gates._given import as_value
from hubel.gates._where import where
from hubel.gates.define import ByHand, define, implements, shape_of
from hubel.gates.numpy_linalg._parts import (
    adjoint,
    below,
    conjugated,
    cubic,
    field_of,
    on_diagonal,
    real_part,
    stacked,
)
from hubel.gates.numpy_linalg._solve import solve
from hubel.graph.node import Spec, spec_of
from hubel.graph.registry import Value


def _qr(a: Value) -> Any:
    return np.concatenate(np.linalg.qr(a), axis=-2)


def _infer(a: Spec) -> Spec:
    rows, columns = stacked(a)
    if rows < columns:
        raise ShapeError(
            f"{columns} columns of {rows} numbers cannot be independent",
            remedy="call np.linalg.qr, which takes them apart",
        )
    return Spec((*a.shape[:-2], rows + columns, columns), field_of(a))


def factors(packed: Value) -> tuple[Value, Value]:
    """Take Q and R apart."""
    rows = shape_of(packed)[-2] - shape_of(packed)[-1]
    return packed[..., :rows, :], packed[..., rows:, :]


def _over(x: Value, r: Value) -> Value:
    """Give X R^-1."""
    return solve(r.mT, x.mT).mT


def _upper(x: Value) -> Value:
    """Move what is below the diagonal above it, conjugated; the diagonal is real."""
    size = shape_of(x)[-1]
    kept = where(on_diagonal(size), real_part(x), 0)
    return where(below(size, lower=False), x + adjoint(x), kept)


def _mirrored(x: Value) -> Value:
    """Transpose ``_upper``: reflect what is above the diagonal."""
    size = shape_of(x)[-1]
    kept = where(below(size), adjoint(x), real_part(x))
    return where(below(size, lower=False), x, kept)


# With Q^H Q = 1 and the diagonal of R real, which is LAPACK's choice: Walter & Lehmann
# 2010, "Algorithmic differentiation of linear algebra functions", section 3.1; in the
# reverse direction Seeger et al. 2017, "Auto-differentiating linear algebra",
# section 4.3. The complex case follows as in Roberts & Roberts 2020, "QR and LQ
# decomposition matrix backpropagation algorithms".
def _push(t: Value, out: Value, a: Value) -> Value:
    q, r = factors(out)
    moved = _over(t, r)
    change = _upper(adjoint(q) @ moved)
    return np.concatenate([moved - q @ change, change @ r], axis=-2)


def _pull(g: Value, out: Value, a: Value) -> Value:
    q, r = factors(out)
    q_bar, r_bar = factors(conjugated(g))
    change = _mirrored(r_bar @ adjoint(r) - adjoint(q) @ q_bar)
    return conjugated(_over(q_bar + q @ change, adjoint(r)))


qr = define(
    "qr",
    _qr,
    _infer,
    ByHand(_pull, _push),
    kind="matrix",
    operations=cubic(4.0),
)

QRResult: Any = type(np.linalg.qr(np.ones((1, 1))))


@implements(np.linalg.qr)
def np_qr(a: Value, mode: str = "reduced") -> Any:
    """Mean what ``np.linalg.qr`` means; a Q that no column decides is refused."""
    a = as_value(a)
    rows, columns = stacked(spec_of(a))
    _check_mode(mode, rows, columns)
    if columns > rows:
        q, left = factors(qr(a[..., :rows]))
        r = np.concatenate([left, adjoint(q) @ a[..., rows:]], axis=-1)
    else:
        q, r = factors(qr(a))
    return r if mode == "r" else QRResult(q, r)


def _check_mode(mode: str, rows: int, columns: int) -> None:
    if mode not in ("reduced", "complete", "r", "raw"):
        raise OptionError(f"mode={mode!r}", remedy="use reduced, complete or r")
    if mode == "raw" or (mode == "complete" and rows > columns):
        raise TraceError(
            f"np.linalg.qr with mode={mode!r} of {rows} by {columns} matrices has no "
            "derivative: it is not decided by the matrices alone",
            remedy="use mode='reduced' or mode='r'",
        )
