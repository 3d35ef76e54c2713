"""Polynomials and sequences between two ends, against NumPy and differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hubel as hb
from hubel.errors import HubelError, OptionError, ShapeError, TraceError
from tests.gates.applied import assert_as_numpy, evaluated_results, results
from tests.gates.case import sample
from tests.gates.derived import assert_like_numpy
from tests.gates.functions import assert_function

P = np.array([0.7, -1.2, 0.4, 0.9])
Q = np.array([1.5, 0.3])
X = sample(2, 3)
T = np.array([-0.9, -0.4, 0.1, 0.3, 0.8, 1.2])
W = sample(6, low=0.3, high=1)

CALLS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "polyval": (np.polyval, (P, X)),
    "polyval of a number": (np.polyval, (P, 0.3)),
    "polyadd": (np.polyadd, (P, Q)),
    "polyadd, longer": (np.polyadd, (Q, P)),
    "polysub": (np.polysub, (P, Q)),
    "polymul": (np.polymul, (P, Q)),
    "polyder": (np.polyder, (P,)),
    "polyder, twice": (lambda p: np.polyder(p, 2), (P,)),
    "polyder, never": (lambda p: np.polyder(p * 1, 0), (P,)),
    "polyint": (np.polyint, (P,)),
    "polyint, twice": (lambda p, k: np.polyint(p, 2, k), (P, Q)),
    "polyint, one constant": (lambda p, k: np.polyint(p, 3, k), (P, 0.5)),
    "poly": (np.poly, (P,)),
    "poly of a matrix": (np.poly, (np.array([[2.0, 0.3], [0.5, -1.0]]),)),
    "vander": (np.vander, (T,)),
    "vander, increasing": (lambda x: np.vander(x, 4, increasing=True), (T,)),
    "vander, empty": (lambda x: x[:, None] * np.vander(x, 0).sum(), (T,)),
    "polyfit": (lambda x, y: np.polyfit(x, y, 2), (T, T**3)),
    "polyfit of two": (
        lambda x, y, w: np.polyfit(x, np.stack([y, x * y], 1), 1, w=w),
        (T, T**3, W),
    ),
    "linspace": (lambda a, b: np.linspace(a, b, 5), (0.3, 2.0)),
    "linspace, open": (
        lambda a, b: np.linspace(a, b, 4, endpoint=False),
        (X, 2.0),
    ),
    "linspace along an axis": (
        lambda a, b: np.linspace(a, b, 3, axis=1),
        (X, X[0] * 3),
    ),
    "linspace of one": (lambda a, b: np.linspace(a, b, 1) + 0 * b, (X, 2.0)),
    "linspace and its step": (
        lambda a, b: np.linspace(a, b, 4, retstep=True)[1],
        (0.3, 2.0),
    ),
    "logspace": (lambda a, b, base: np.logspace(a, b, 4, base=base), (0.1, 0.7, 3.0)),
    "logspace of bases": (
        lambda a, base: np.logspace(a, 1.0, 4, base=base, axis=-1),
        (0.1, np.array([2.0, 3.0])),
    ),
    "geomspace": (lambda a, b: np.geomspace(a, b, 5), (0.5, 8.0)),
    "geomspace, below zero": (
        lambda a, b: np.geomspace(a, b, 4, endpoint=False),
        (-np.array([0.5, 2.0]), -3.0),
    ),
    "cumulative_sum": (lambda x: np.cumulative_sum(x, axis=1), (X,)),
    "cumulative_sum from 0": (
        lambda x: np.cumulative_sum(x, axis=0, include_initial=True),
        (X,),
    ),
    "cumulative_prod from 1": (
        lambda x: np.cumulative_prod(x[0], include_initial=True),
        (X,),
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_values_and_derivatives(name: str):
    f, args = CALLS[name]
    assert_like_numpy(f, *args)


def test_roots():
    p = np.array([0.0, 1.0, -6.0, 11.0, -6.0, 0.0])
    for f in (np.roots, lambda p: np.roots(p[1:3])):
        np.testing.assert_allclose(np.sort(results(f, p)[0]), np.sort(f(p)), atol=1e-9)
    hb.check_grads(lambda p: np.sum(abs(np.roots(p)) ** 2), (p[1:5],), order=1)
    np.testing.assert_array_equal(results(np.roots, np.zeros(3))[0], [])
    with pytest.raises(TraceError, match="which coefficients"):
        evaluated_results(np.roots, p)


def test_division():
    for u, v in ((P, Q), (Q, P), (np.polymul(P, Q), Q), (np.arange(5), Q)):
        for found, true in zip(
            results(np.polydiv, u, v), np.polydiv(u, v), strict=True
        ):
            np.testing.assert_allclose(found, true, atol=1e-14)
    hb.check_grads(lambda u, v: np.polydiv(u, v)[0], (P, Q), order=2)
    hb.check_grads(lambda u, v: np.polydiv(u, v)[1], (P, Q), order=2)
    with pytest.raises(TraceError, match="remainder"):
        evaluated_results(np.polydiv, P, Q)


def test_leading_zeros_go_where_values_are_known():
    for p in (np.array([0.0, 0.0, 1.0, 2.0]), np.zeros(3)):
        (found,) = results(np.polymul, p, Q)
        np.testing.assert_array_equal(found, np.polymul(p, Q))


def test_all_that_polyfit_tells():
    def fit(x: Any, y: Any) -> Any:
        return np.polyfit(x, y, 1, full=True)[:2]

    assert_as_numpy(fit, T, T**3, exactly=False)
    for cov in (True, "unscaled"):
        assert_as_numpy(
            lambda x, y, c=cov: np.polyfit(x, y, 1, cov=c), T, T**3, exactly=False
        )
        hb.check_grads(
            lambda x, y, c=cov: np.polyfit(x, y, 1, cov=c)[1], (T, T**3), order=1
        )


def test_complex_numbers():
    z = P + 1j * P[::-1]
    assert_function(np.polyval, z, X)
    assert_function(np.polymul, z, Q)
    assert_function(np.poly, z)
    pairs = np.array([1 + 2j, 1 - 2j])
    (found,) = results(np.poly, pairs)
    np.testing.assert_array_equal(found, np.poly(pairs))
    assert_function(lambda z: np.linspace(z, 2.0, 3), z)
    assert_function(lambda z: np.geomspace(z, 2.0, 4), z)


@pytest.mark.parametrize("dtype", [np.float32, np.int64, np.int8])
def test_dtypes(dtype: Any):
    x = np.asarray([3, 1, 2], dtype)
    for f in (
        lambda x: np.polyval(x, x),
        lambda x: np.polyadd(x, x[:2]),
        lambda x: np.polymul(x, x),
        np.polyder,
        np.polyint,
        np.poly,
        np.vander,
        lambda x: np.linspace(x, 5.0, 4),
        lambda x: np.linspace(x, 9, 4, dtype=int),
        lambda x: np.logspace(x, 4.0, 4, dtype=np.float32),
        lambda x: np.geomspace(x, 4, 4, axis=1),
        lambda x: np.cumulative_sum(x, include_initial=True),
    ):
        assert_as_numpy(f, x, exactly=False)
    assert_as_numpy(lambda x: np.linspace(x, 3, 0), 1.0)


REFUSED: dict[str, tuple[Callable[..., Any], type[HubelError], str]] = {
    "poly1d": (lambda x: np.polyval(x[0], np.poly1d([1, 2])), TraceError, "coeffs"),
    "polymul": (lambda x: np.polymul(x, x), ShapeError, "polymul"),
    "polyder": (lambda x: np.polyder(x[0], -1), OptionError, "negative"),
    "polyint": (lambda x: np.polyint(x[0], 3, [1, 2]), ShapeError, "constants"),
    "poly": (lambda x: np.poly(x[None]), ShapeError, "poly"),
    "vander": (np.vander, ShapeError, "vector"),
    "polyfit": (lambda x: np.polyfit(x, x, 1), ShapeError, "vector of points"),
    "polyfit degree": (lambda x: np.polyfit(x[0], x[0], -1), OptionError, "negative"),
    "polyfit weights": (
        lambda x: np.polyfit(x[0], x[0], 1, w=[1.0]),
        ShapeError,
        "weights",
    ),
    "polyfit freedom": (
        lambda x: np.polyfit(x[0], x[0], 2, cov=True),
        OptionError,
        "more points",
    ),
    "roots": (np.roots, ShapeError, "vector"),
    "linspace": (lambda x: np.linspace(x, 1.0, -1), ShapeError, "0 or more"),
    "geomspace": (lambda x: np.geomspace(x, 0.0), OptionError, "other ends"),
    "cumulative": (np.cumulative_sum, ShapeError, "axis="),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str):
    f, kind, words = REFUSED[name]
    for run in (evaluated_results, results):
        with pytest.raises(kind, match=words) as caught:
            run(lambda x: f(x), X)
        assert "test_coverage_polynomials.py" in caught.value.where
