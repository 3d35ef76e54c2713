"""Polynomials as vectors of coefficients, the highest power first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hubel.errors import OptionError, ShapeError
from hubel.gates._arithmetic import add, subtract
from hubel.gates._cast import astype
from hubel.gates._complex import is_complex, real
from hubel.gates._concatenate import np_concatenate
from hubel.gates._given import as_value, known
from hubel.gates._like import np_zeros_like
from hubel.gates.define import dtype_of, implements, ndim_of, shape_of
from hubel.gates.numpy_lib._convolve import convolve
from hubel.graph.refusal import refuse
from hubel.graph.registry import Value
from hubel.graph.term import Term


def coefficients(p: Value, name: str) -> Value:
    """Return coefficients, which do not come as an ``np.poly1d`` beside traced ones."""
    if isinstance(p, np.poly1d):
        raise refuse(
            f"{name} was given an np.poly1d beside a traced value",
            remedy="give its coefficients, p.coeffs",
        )
    return as_value(p)


def _vector(p: Value, name: str) -> Value:
    p = np.atleast_1d(coefficients(p, name))
    if ndim_of(p) != 1:
        raise ShapeError(f"{name} of coefficients of shape {shape_of(p)}")
    return p


def trimmed(p: Value) -> Value:
    """Leave out leading zeros, as ``np.poly1d`` does, where the values are known."""
    values = p.known if isinstance(p, Term) else p
    if values is None or not shape_of(p)[0]:
        return p
    places = np.flatnonzero(values)
    start = int(places[0]) if places.size else shape_of(p)[0] - 1
    return p[start:]


@implements(np.polyval)
def np_polyval(p: Value, x: Value) -> Value:
    """Mean what ``np.polyval`` means."""
    p, x = (coefficients(each, "np.polyval") for each in (p, x))
    value = np_zeros_like(x)
    for i in range(shape_of(p)[0]):
        value = value * x + p[i]
    return value


def _summing(gate: Callable[..., Value], name: str) -> Callable[[Value, Value], Value]:
    def meaning(a1: Value, a2: Value) -> Value:
        first, second = _vector(a1, name), _vector(a2, name)
        length = max(shape_of(first)[0], shape_of(second)[0])
        return gate(_longer(first, length), _longer(second, length))

    return meaning


def _longer(p: Value, length: int) -> Value:
    """Put zeros in front."""
    missing = length - shape_of(p)[0]
    return np_concatenate([np.zeros(missing, dtype_of(p)), p]) if missing else p


implements(np.polyadd)(_summing(add, "np.polyadd"))
implements(np.polysub)(_summing(subtract, "np.polysub"))


@implements(np.polymul)
def np_polymul(a1: Value, a2: Value) -> Value:
    """Mean what ``np.polymul`` means; leading zeros go where values are known."""
    a1, a2 = (trimmed(_vector(each, "np.polymul")) for each in (a1, a2))
    return convolve(a1, a2, full=True)


@implements(np.polydiv)
def np_polydiv(u: Value, v: Value) -> tuple[Value, Value]:
    """Mean what ``np.polydiv`` means; the remainder's length follows from values."""
    u, v = (_vector(each, "np.polydiv") + 0.0 for each in (u, v))
    n = shape_of(v)[0]
    steps = shape_of(u)[0] - n + 1
    rest = u + np.zeros(1, dtype_of(v))
    quotient: list[Value] = []
    for k in range(steps):
        digit = rest[k : k + 1] / v[0]
        quotient.append(digit)
        middle = rest[k : k + n] - digit * v
        rest = np_concatenate([rest[:k], middle, rest[k + n :]])
    values = known(rest, "the length of the remainder of np.polydiv", "use np.polymul")
    start = 0
    while start < len(values) - 1 and np.allclose(values[start], 0, rtol=1e-14):
        start += 1
    if not quotient:
        quotient = [0 * (u[:1] + v[:1])]
    return np_concatenate(quotient), rest[start:]


@implements(np.polyder)
def np_polyder(p: Value, m: int = 1) -> Value:
    """Mean what ``np.polyder`` means."""
    p = coefficients(p, "np.polyder")
    for _ in range(_count(m, "np.polyder")):
        p = p[:-1] * np.arange(shape_of(p)[0] - 1, 0, -1)
    return p


@implements(np.polyint)
def np_polyint(p: Value, m: int = 1, k: Value = None) -> Value:
    """Mean what ``np.polyint`` means, differentiable in the constants too."""
    p = coefficients(p, "np.polyint")
    times = _count(m, "np.polyint")
    constants = np.zeros(times) if k is None else np.atleast_1d(as_value(k))
    if shape_of(constants)[0] == 1 < times:
        constants = np.broadcast_to(constants, (times,))
    if shape_of(constants)[0] < times:
        raise ShapeError(f"{shape_of(constants)[0]} constants for {times} integrals")
    for i in range(times):
        powers = np.arange(shape_of(p)[0], 0, -1)
        p = np_concatenate([p / powers, constants[i : i + 1]])
    return p


def _count(m: int, name: str) -> int:
    if m < 0:
        raise OptionError(f"m={m} of {name} is negative")
    return int(m)


@implements(np.poly)
def np_poly(seq_of_zeros: Value) -> Value:
    """Mean what ``np.poly`` means; conjugate roots are told from known values."""
    zeros = np.atleast_1d(as_value(seq_of_zeros))
    of_real_matrix = ndim_of(zeros) == 2 and not is_complex(zeros)
    if ndim_of(zeros) == 2:
        zeros = np.linalg.eigvals(zeros)
    elif ndim_of(zeros) != 1:
        raise ShapeError(f"np.poly of shape {shape_of(zeros)}")
    if dtype_of(zeros).kind in "biu":
        zeros = astype(zeros, dtype=np.dtype(np.float64))
    p: Value = np.ones(1, dtype_of(zeros))
    for i in range(shape_of(zeros)[0]):
        factor = np_concatenate([np.ones(1, dtype_of(zeros)), -zeros[i : i + 1]])
        p = convolve(p, factor, full=True)
    paired = is_complex(p) and (of_real_matrix or _conjugate_pairs(zeros))
    return real(p) if paired else p


def _conjugate_pairs(zeros: Value) -> bool:
    values: Any = zeros.known if isinstance(zeros, Term) else zeros
    if values is None:
        return False
    return bool(np.all(np.sort(values) == np.sort(values.conj())))


@implements(np.vander)
def np_vander(x: Value, N: int | None = None, increasing: bool = False) -> Value:
    """Mean what ``np.vander`` means."""
    x = as_value(x)
    if ndim_of(x) != 1:
        raise ShapeError(f"np.vander of shape {shape_of(x)}: give a vector")
    x = astype(x, dtype=np.promote_types(dtype_of(x), int))
    columns: list[Value] = []
    for i in range(shape_of(x)[0] if N is None else int(N)):
        columns.append(columns[-1] * x if i else np.ones(shape_of(x), dtype_of(x)))
    if not columns:
        return np.zeros((shape_of(x)[0], 0), dtype_of(x))
    return np.stack(columns if increasing else columns[::-1], axis=1)
