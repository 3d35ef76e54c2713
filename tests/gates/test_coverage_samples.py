"""What NumPy does with samples: averages, covariances, integrals, interpolation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

import hubel as hb
from hubel.errors import HubelError, OptionError, ShapeError
from tests.gates.applied import assert_as_numpy, evaluated_results, results
from tests.gates.case import sample
from tests.gates.derived import assert_like_numpy
from tests.gates.functions import assert_function

X = sample(3, 4)
V = sample(5, seed=1)
W = sample(4, low=0.2, high=1, seed=2)
PLACES = np.array([-1.0, -0.3, 0.2, 0.9, 2.0])
BETWEEN = np.array([[-0.8, -0.1, 0.0], [0.5, 0.7, 0.8]])
PHASES = np.array([0.1, 2.9, -2.8, -0.4, 3.0, 6.4, 20.0])
COUNTS = np.array([1, 2, 1, 3])

CALLS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "average": (np.average, (X,)),
    "average by weights": (lambda x, w: np.average(x, 1, w), (X, W)),
    "average by all weights": (lambda x, w: np.average(x, None, w), (X, X**2 + 1)),
    "average kept": (lambda x: np.average(x, 0, keepdims=True), (X,)),
    "average with the sum": (
        lambda x, w: np.concatenate(np.average(x, 1, weights=w, returned=True)),
        (X, W),
    ),
    "average with the count": (
        lambda x: np.stack(np.average(x, 1, returned=True)),
        (X,),
    ),
    "average over two axes": (
        lambda x, w: np.average(x, (2, 0), w),
        (sample(3, 2, 4), sample(4, 3, low=0.2, high=1)),
    ),
    "cov": (np.cov, (X,)),
    "cov by columns": (lambda x: np.cov(x, rowvar=False, bias=True), (X,)),
    "cov of two": (lambda x, y: np.cov(x, y, ddof=0), (X, X[0] ** 2)),
    "cov of a vector": (np.cov, (V,)),
    "cov, counted": (lambda x: np.cov(x, fweights=COUNTS), (X,)),
    "cov, weighted": (lambda x, w: np.cov(x, aweights=w), (X, W)),
    "cov, both": (lambda x, w: np.cov(x, fweights=COUNTS, aweights=w), (X, W)),
    "corrcoef": (np.corrcoef, (X,)),
    "corrcoef of two": (lambda x, y: np.corrcoef(x, y)[0, 1], (V, V**2)),
    "trapezoid": (np.trapezoid, (X,)),
    "trapezoid of an axis": (lambda x, h: np.trapezoid(x, None, h, 0), (X, 0.3)),
    "trapezoid at places": (lambda x, at: np.trapezoid(x, at), (X, W)),
    "trapezoid at places, by rows": (
        lambda x, at: np.trapezoid(x, at, 1.0, 0),
        (X, W[:3]),
    ),
    "trapezoid at all places": (np.trapezoid, (X, X**2)),
    "gradient": (lambda x: np.stack(np.gradient(x)), (X,)),
    "gradient of a vector": (np.gradient, (V,)),
    "gradient with a step": (lambda x, h: np.gradient(x, h, axis=1), (X, 0.3)),
    "gradient with steps": (lambda x: np.stack(np.gradient(x, 0.5, 2.0)), (X,)),
    "gradient at places": (
        lambda x, at: np.gradient(x, at, axis=1),
        (X, np.cumsum(W)),
    ),
    "gradient, better ends": (lambda x: np.gradient(x, edge_order=2, axis=0), (X,)),
    "gradient, better ends at places": (
        lambda x, at: np.gradient(x, at, axis=-1, edge_order=2),
        (X, np.cumsum(W)),
    ),
    "interp": (np.interp, (BETWEEN, PLACES, V)),
    "interp beyond the ends": (np.interp, (BETWEEN * 2.7, PLACES, V)),
    "interp with ends": (
        lambda x, xp, fp: np.interp(x, xp, fp, left=fp[1], right=7.0),
        (BETWEEN * 2.7, PLACES, V),
    ),
    "interp around": (
        lambda x, xp, fp, period: np.interp(x, xp, fp, period=period),
        (BETWEEN * 6, PLACES[::-1], V, 4.1),
    ),
    "interp of one point": (lambda x, fp: np.interp(x, [0.05], fp), (BETWEEN, V[:1])),
    "interp of a number": (lambda x: np.interp(x, PLACES, V), (0.4,)),
    "unwrap": (np.unwrap, (PHASES,)),
    "unwrap an axis": (
        lambda x, t: np.unwrap(np.stack([x, 2 * x]), 1.7, 1, period=t),
        (PHASES, 3.3),
    ),
    "convolve": (np.convolve, (V, W)),
    "convolve, same": (lambda a, v: np.convolve(a, v, "same"), (V, W)),
    "convolve, valid": (lambda a, v: np.convolve(a, v, "valid"), (V, W[:2])),
    "convolve, valid, swapped": (lambda a, v: np.convolve(a, v, "valid"), (W[:2], V)),
    "convolve with a number": (np.convolve, (V, 0.7)),
    "convolve with itself": (lambda a: np.convolve(a, a), (V,)),
    "correlate": (np.correlate, (V, W)),
    "correlate, swapped": (np.correlate, (W[:3], V)),
    "correlate, full": (lambda a, v: np.correlate(a, v, "full"), (V, W)),
    "i0": (np.i0, (sample(6, low=-9, high=12),)),
}


@pytest.mark.parametrize("name", CALLS)
def test_values_and_derivatives(name: str):
    f, args = CALLS[name]
    assert_like_numpy(f, *args)


@pytest.mark.parametrize(("n", "m"), [(5, 2), (5, 3), (5, 5), (2, 5), (3, 6), (1, 4)])
@pytest.mark.parametrize("mode", ["full", "same", "valid"])
def test_correlation_in_every_mode(n: int, m: int, mode: Any):
    a, v = sample(n), sample(m, seed=4)
    for f in (np.convolve, np.correlate):
        assert_as_numpy(lambda a, v, f=f: f(a, v, mode), a, v, exactly=False)
        hb.check_grads(lambda a, v, f=f: f(a, v, mode), (a, v), order=2)
        complexes = a + 1j * a[::-1], v - 2j * v
        assert_function(lambda a, v, f=f: f(a, v, mode), *complexes)


def test_complex_numbers():
    z = X + 1j * X[::-1]
    assert_function(lambda z: np.cov(z), z)
    assert_function(lambda z, w: np.average(z, 1, w), z, W)
    assert_function(lambda z: np.interp(X * 3, PLACES, z), V - 1j * V[::-1])
    assert_as_numpy(np.corrcoef, z, exactly=False)
    assert_function(lambda z: np.gradient(z, axis=1), z)
    assert_function(lambda z: np.trapezoid(z, axis=0), z)


def test_gradients_are_those_of_autograd():
    true = autograd.grad(lambda x: anp.sum(anp.gradient(x) ** 2))(V)
    found = hb.grad(lambda x: np.sum(np.gradient(x) ** 2))(V)
    np.testing.assert_allclose(found, true, rtol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.int64, np.bool_])
def test_dtypes(dtype: Any):
    x = np.asarray(X * 4, dtype)
    for f in (
        np.average,
        lambda x: np.average(x, 0, weights=np.float32([1, 2, 3])),
        lambda x: np.average(x, 0, weights=[1, 2, 3]),
        np.cov,
        lambda x: np.interp(x[0], np.float32([0, 1, 2]), np.float32([0, 4, 5])),
        *(
            [np.trapezoid, lambda x: np.gradient(x, axis=0), lambda x: np.unwrap(x)]
            if dtype is not np.bool_
            else []
        ),
        lambda x: np.convolve(x[0], x[1]),
        np.i0,
    ):
        assert_as_numpy(f, x, exactly=dtype is not np.float32)
    assert_as_numpy(lambda x: np.unwrap(x, period=4), np.array([0, 1, 2, -1, 0, 9]))
    assert_as_numpy(lambda x: np.unwrap(x, period=5), np.array([0, 1, 3, -1, 0, 9]))


def test_a_correlation_of_one_is_smooth():
    x = np.stack([V, 2 * V])
    assert np.corrcoef(x)[0, 1] == pytest.approx(1)
    assert_as_numpy(np.corrcoef, x, exactly=False)
    hb.check_grads(lambda x: np.corrcoef(x)[0, 1], (x,), order=1)


def test_one_variable_correlates_with_itself():
    assert_as_numpy(np.corrcoef, V)


def test_interp_at_the_points_themselves():
    assert_as_numpy(lambda x: np.interp(x, PLACES, V), PLACES)
    slopes = np.diff(V) / np.diff(PLACES)
    found = hb.grad(lambda x: np.interp(x, PLACES, V).sum())(PLACES)
    np.testing.assert_allclose(found, [*slopes, slopes[-1]])
    steps = np.array([0.0, 1.0, 1.0])
    assert_as_numpy(lambda x: np.interp(x, steps, [1.0, 2.0, 5.0]), steps)


def test_unwrap_at_half_a_turn():
    assert_as_numpy(np.unwrap, np.array([0, np.pi, 0, -np.pi, 4 * np.pi]))


@pytest.mark.parametrize(
    "x", [0.0, -0.0, 1e-8, 8.0, 29.999999, 30.000001, -200.0, 700.0]
)
def test_bessel_functions_everywhere(x: float):
    special = pytest.importorskip("scipy.special")
    f: Any = np.i0
    for order in range(5):
        derivative = special.ivp(0, x, order) if order else special.i0(x)
        assert f(x) == pytest.approx(derivative, rel=1e-12, abs=1e-15)
        f = hb.grad(f)


REFUSED: dict[str, tuple[Callable[..., Any], type[HubelError], str]] = {
    "average": (lambda x: np.average(x, None, W), ShapeError, "weights"),
    "average of nothing": (
        lambda x: np.average(x, 1, [1.0, -1.0, 0, 0]),
        OptionError,
        "sum to zero",
    ),
    "cov of three axes": (lambda x: np.cov(x[None]), ShapeError, "at most 2 axes"),
    "cov weights": (lambda x: np.cov(x, aweights=V), ShapeError, "one weight"),
    "cov negative": (lambda x: np.cov(x, aweights=-W), OptionError, "negative"),
    "gradient order": (
        lambda x: np.gradient(x, edge_order=3),
        OptionError,
        "use 1 or 2",
    ),
    "gradient spacings": (
        lambda x: np.gradient(x, 1.0, 2.0, 3.0),
        OptionError,
        "one spacing for each",
    ),
    "gradient places": (lambda x: np.gradient(x, V, axis=0), ShapeError, "one place"),
    "gradient of one": (lambda x: np.gradient(x[:1]), ShapeError, "at least 2"),
    "interp": (lambda x: np.interp(x, PLACES, W), ShapeError, "same length"),
    "interp period": (
        lambda x: np.interp(x, PLACES, V, period=0),
        OptionError,
        "not 0",
    ),
    "convolve": (lambda x: np.convolve(x, x), ShapeError, "vectors"),
    "convolve nothing": (lambda x: np.convolve(x[0, :0], W), ShapeError, "empty"),
    "convolve mode": (lambda x: np.convolve(x[0], W, "most"), OptionError, "same"),
    "i0": (lambda x: np.i0(x * 1j), HubelError, "complex"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str):
    f, kind, words = REFUSED[name]
    for run in (evaluated_results, results):
        with pytest.raises(kind, match=words) as caught:
            run(f, X)
        assert "test_coverage_samples.py" in caught.value.where
