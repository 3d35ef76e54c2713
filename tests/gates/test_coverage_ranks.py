"""Medians, quantiles and percentiles against NumPy and differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hubel as hb
from hubel.errors import (
    DTypeError,
    HubelError,
    OptionError,
    ShapeError,
    ZeroGradientWarning,
)
from hubel.gates.numpy_lib._quantile_methods import DISCRETE, HALVED
from tests.gates.applied import assert_as_numpy, evaluated_results
from tests.gates.case import sample
from tests.gates.derived import assert_like_numpy


def apart(*shape: int) -> Any:
    """Give numbers so far apart that small steps keep their order."""
    order = np.random.default_rng(0).permutation(int(np.prod(shape)))
    return np.reshape(order * 0.03 - 0.7, shape)


X = apart(3, 4, 5)
W = sample(3, 4, 5, low=0.1, high=2, seed=3)
HOLES = np.where(sample(3, 4, 5, seed=5) > 0.5, np.nan, X)
METHODS = [
    "inverted_cdf",
    "averaged_inverted_cdf",
    "closest_observation",
    "interpolated_inverted_cdf",
    "hazen",
    "weibull",
    "linear",
    "median_unbiased",
    "normal_unbiased",
    "lower",
    "higher",
    "midpoint",
    "nearest",
]
SHARES = [0.0, 0.1, 0.25, 0.37, 0.5, 0.6, 0.75, 0.99, 1.0]

CALLS: dict[str, Callable[..., Any]] = {
    "median": np.median,
    "median of an axis": lambda x: np.median(x, 1),
    "median of an even number": lambda x: np.median(x[:, :2], 1, keepdims=True),
    "median of two axes": lambda x: np.median(x, (0, 2), keepdims=True),
    "quantile": lambda x: np.quantile(x, 0.3),
    "quantile of an axis": lambda x: np.quantile(x, 0.3, -1, keepdims=True),
    "quantiles": lambda x: np.quantile(x, [0.2, 0.9], (0, 1)),
    "quantiles kept": lambda x: np.quantile(x, [[0.2, 0.9]], 1, keepdims=True),
    "quantile 1": lambda x: np.quantile(x, 1, 0),
    "percentile": lambda x: np.percentile(x, 30, axis=2),
    "percentiles": lambda x: np.percentile(x, np.array([20, 60]), method="hazen"),
    "weighted": lambda x: np.quantile(
        x, [0.2, 0.7], 1, weights=W, method="inverted_cdf"
    ),
    "weighted along an axis": lambda x: np.percentile(
        x, 40, 2, weights=W[0, 0], method="inverted_cdf"
    ),
    "weighted along two": lambda x: np.quantile(
        x, 0.4, (2, 0), weights=W[:, 0].T, method="inverted_cdf", keepdims=True
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_values_and_derivatives(name: str):
    assert_like_numpy(CALLS[name], X)


NAN_CALLS: dict[str, Callable[..., Any]] = {
    "median": np.nanmedian,
    "median of an axis": lambda x: np.nanmedian(x, 1),
    "median of two axes": lambda x: np.nanmedian(x, (0, 2), keepdims=True),
    "quantile": lambda x: np.nanquantile(x, 0.3),
    "quantile of an axis": lambda x: np.nanquantile(x, 0.3, -1, keepdims=True),
    "quantiles": lambda x: np.nanquantile(x, [0.2, 0.9], (0, 1)),
    "percentiles": lambda x: np.nanpercentile(x, [20, 60], 0, method="weibull"),
    "weighted": lambda x: np.nanquantile(
        x, [0.2, 0.7], 1, weights=W, method="inverted_cdf"
    ),
}


@pytest.mark.parametrize("name", NAN_CALLS)
@pytest.mark.filterwarnings("ignore:All-NaN")
def test_nan_is_left_out(name: str):
    assert_as_numpy(NAN_CALLS[name], HOLES, exactly=False)

    def among_holes(x: Any) -> Any:
        return np.nan_to_num(NAN_CALLS[name](np.where(np.isnan(HOLES), np.nan, x)))

    assert_like_numpy(among_holes, X)


@pytest.mark.filterwarnings("ignore:All-NaN", "ignore:Mean of empty")
def test_lanes_of_nan_alone():
    holes = HOLES.copy()
    holes[1, :, 2] = np.nan
    for f in (
        lambda x: np.nanmedian(x, 1),
        lambda x: np.nanquantile(x, [0.1, 0.8], 1),
        lambda x: np.nanpercentile(x, 20, 1, method="lower"),
    ):
        assert_as_numpy(f, holes, exactly=False)
        gradient = hb.grad(lambda x, f=f: np.nansum(f(x)))(holes)
        assert np.all(np.isfinite(gradient))
        np.testing.assert_array_equal(gradient[np.isnan(holes)], 0)


def test_nan_makes_the_lane_nan():
    for f in (np.median, lambda x, axis: np.quantile(x, [0.1, 0.8], axis)):
        assert_as_numpy(lambda x, f=f: f(x, 1), HOLES, exactly=False)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n", [1, 2, 7, 10])
def test_every_method(method: str, n: int):
    x = apart(n, 3)
    for f in (np.quantile, np.nanquantile):
        assert_as_numpy(lambda x, f=f: f(x, SHARES, 0, method=method), x, exactly=False)
        hb.check_grads(lambda x, f=f: f(x, SHARES, 0, method=method), (x,), order=1)


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.int64, np.uint8])
def test_dtypes(dtype: Any):
    x = np.asarray(np.arange(35.0).reshape(5, 7) % 11, dtype)
    for f in (
        lambda x: np.median(x, 0),
        lambda x: np.median(x[:4], 0),
        lambda x: np.nanmedian(x, 0),
        lambda x: np.quantile(x, 0.3, 0),
        lambda x: np.quantile(x, 1, 0),
        lambda x: np.quantile(x, np.float32(0.3), 0),
        lambda x: np.quantile(x, [0.3, 0.5], 0),
        lambda x: np.nanquantile(x, 0.3, 0),
        lambda x: np.percentile(x, 40, method="nearest"),
        lambda x: np.percentile(x, 40, method="midpoint"),
        lambda x: np.nanpercentile(x, 40, method="higher"),
    ):
        assert_as_numpy(f, x, exactly=dtype is not np.float16)


def test_the_share_may_be_traced():
    x, q = X[0], np.array([0.21, 0.64])
    for method in METHODS:

        def f(x: Any, q: Any, method: str = method) -> Any:
            return np.quantile(x, q, 0, method=method)

        assert_as_numpy(f, x, q, exactly=False)
        if method in {*DISCRETE, *HALVED}:
            with pytest.warns(ZeroGradientWarning, match="ceil|floor|rint"):
                assert np.all(hb.vjp(f, x, q)[1](np.ones((2, 5)))[1] == 0)
        else:
            hb.check_grads(f, (x, q), order=2)
    assert_as_numpy(np.percentile, x, 30, exactly=False)
    slope = hb.grad(lambda q: np.quantile(np.array([0.0, 1.0, 5.0]), q))(0.7)
    assert slope == pytest.approx(8.0)


def test_ties_go_by_position():
    x = np.array([2.0, 1.0, 2.0, 3.0])
    np.testing.assert_allclose(hb.grad(np.median)(x).sum(), 1)
    np.testing.assert_allclose(hb.grad(lambda x: np.quantile(x, 0.4))(x).sum(), 1)


def test_infinities():
    x = np.array([[1.0, 2.0, np.inf], [-np.inf, 0.0, np.inf], [np.inf] * 3])
    assert_as_numpy(lambda x: np.median(x, 1), x)
    assert_as_numpy(lambda x: np.quantile(x, [0.0, 0.3, 1.0], 1), x)


REFUSED: dict[str, tuple[Callable[..., Any], type[HubelError], str]] = {
    "complex": (lambda x: np.quantile(x * 1j, 0.5), DTypeError, "no order"),
    "method": (lambda x: np.quantile(x, 0.5, method="best"), OptionError, "hazen"),
    "share": (lambda x: np.quantile(x, 1.5), OptionError, "from 0 to 1"),
    "per cent": (lambda x: np.percentile(x, -1), OptionError, "from 0 to 100"),
    "nothing": (lambda x: np.quantile(x[:0], 0.5), ShapeError, "no elements"),
    "weights": (
        lambda x: np.quantile(x, 0.5, weights=W, method="linear"),
        OptionError,
        "inverted_cdf",
    ),
    "weights' shape": (
        lambda x: np.quantile(x, 0.5, 0, weights=W[0], method="inverted_cdf"),
        ShapeError,
        "shape",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str):
    f, kind, words = REFUSED[name]
    with pytest.raises(kind, match=words) as caught:
        evaluated_results(f, X)
    assert "test_coverage_ranks.py" in caught.value.where
