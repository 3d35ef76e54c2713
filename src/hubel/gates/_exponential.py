"""Exponentials and logarithms."""

from __future__ import annotations

import math

import numpy as np

from hubel.gates._arithmetic import add, divide, subtract
from hubel.gates._cast import promoted
from hubel.gates._compare import equal, isinf, logical_and
from hubel.gates._intervals import exponential
from hubel.gates._sigmoid import sigmoid
from hubel.gates._where import maximum, where
from hubel.gates.define import elementwise
from hubel.graph.registry import Value

LN2 = math.log(2)
LN10 = math.log(10)

exp = elementwise("exp", np.exp, lambda out, x: out, weight=10, interval=exponential)
exp2 = elementwise("exp2", np.exp2, lambda out, x: LN2 * out, weight=10)
expm1 = elementwise("expm1", np.expm1, lambda out, x: exp(x), weight=10)
log = elementwise(
    "log",
    np.log,
    lambda out, x: divide(1, x),
    weight=10,
    convention="infinite at 0",
)
log2 = elementwise(
    "log2",
    np.log2,
    lambda out, x: divide(1 / LN2, x),
    weight=10,
    convention="infinite at 0",
)
log10 = elementwise(
    "log10",
    np.log10,
    lambda out, x: divide(1 / LN10, x),
    weight=10,
    convention="infinite at 0",
)
log1p = elementwise(
    "log1p",
    np.log1p,
    lambda out, x: divide(1, 1 + x),
    weight=10,
    convention="infinite at -1",
)


def _gap(x: Value, y: Value) -> Value:
    """Give x - y, and 0 where both are the same infinity."""
    same = logical_and(isinf(x), equal(x, y))
    return where(same, 0, subtract(x, y))


def _logaddexp(x: Value, y: Value) -> Value:
    """Give log(exp(x) + exp(y)) as NumPy works it out."""
    x, y = promoted(logaddexp, x, y)
    more = log1p(exp(-abs(subtract(x, y))))
    return where(equal(x, y), x + LN2, add(maximum(x, y), more))


def _logaddexp2(x: Value, y: Value) -> Value:
    """Give log2(2^x + 2^y) as NumPy works it out."""
    x, y = promoted(logaddexp2, x, y)
    more = log1p(exp2(-abs(subtract(x, y))))
    return where(equal(x, y), x + 1, add(maximum(x, y), more * (1 / LN2)))


logaddexp = elementwise(
    "logaddexp",
    np.logaddexp,
    lambda out, x, y: sigmoid(_gap(x, y)),
    lambda out, x, y: sigmoid(_gap(y, x)),
    commutative=True,
    unit=-math.inf,
    weight=20,
    native=_logaddexp,
    convention="a half each at equal infinities",
)
logaddexp2 = elementwise(
    "logaddexp2",
    np.logaddexp2,
    lambda out, x, y: sigmoid(LN2 * _gap(x, y)),
    lambda out, x, y: sigmoid(LN2 * _gap(y, x)),
    commutative=True,
    unit=-math.inf,
    weight=20,
    native=_logaddexp2,
    convention="a half each at equal infinities",
)
