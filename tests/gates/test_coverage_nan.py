"""Functions that leave NaN out, against NumPy, and the slopes that they leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hubel as hb
from hubel.errors import ShapeError, TraceError
from tests.gates.applied import assert_as_numpy, evaluated_results, results
from tests.gates.case import sample
from tests.gates.derived import assert_like_numpy

pytestmark = pytest.mark.filterwarnings(
    "ignore:All-NaN", "ignore:Degrees", "ignore:Mean of", "ignore:invalid value"
)

X = sample(3, 4, low=0.3, high=1.5)
GONE = np.array([[True, False, False, False], [False, False, True, False], [True] * 4])
SOME = GONE & ~np.all(GONE, axis=1, keepdims=True)
HOLES = np.where(GONE, np.nan, X)
MASK = np.array([[True, True, False, True], [False, True, True, True], [True] * 4])

SUMS: list[tuple[str, dict[str, Any]]] = [
    *[
        (f"nan{name}", options)
        for name in ("sum", "prod", "mean", "var", "std", "max", "min")
        for options in ({}, {"axis": 0}, {"axis": (0, 1), "keepdims": True})
    ],
    ("nansum", {"axis": 1, "where": MASK, "initial": 2.0}),
    ("nanprod", {"axis": 1, "where": MASK, "initial": 2.0}),
    ("nanmean", {"axis": 0, "where": MASK}),
    ("nanvar", {"axis": 0, "where": MASK}),
    ("nanstd", {"axis": 0, "ddof": 1}),
    ("nanvar", {"correction": 1.5}),
    ("nanmax", {"axis": 0, "where": MASK, "initial": 1.0}),
    ("nanmin", {"axis": 0, "initial": 0.7}),
    ("nancumsum", {}),
    ("nancumsum", {"axis": 1}),
    ("nancumprod", {"axis": 0}),
]


def name_of(value: Any) -> str:
    return value if isinstance(value, str) else ",".join(value)


@pytest.mark.parametrize(("name", "options"), SUMS, ids=name_of)
def test_values_and_derivatives(name: str, options: dict[str, Any]):
    def f(x: Any) -> Any:
        return getattr(np, name)(x, **options)

    assert_as_numpy(f, HOLES, exactly=False)
    assert_as_numpy(f, np.float32(HOLES), exactly=False)
    assert_as_numpy(f, np.int64(X * 4), exactly=False)
    assert_like_numpy(f, X)
    assert_like_numpy(lambda x: f(np.where(SOME, np.nan, x)), X)


@pytest.mark.parametrize(("name", "options"), SUMS, ids=name_of)
def test_nothing_flows_to_nan(name: str, options: dict[str, Any]):
    def total(x: Any) -> Any:
        return np.nansum(getattr(np, name)(x, **options))

    gradient = hb.grad(total)(HOLES)
    assert np.all(np.isfinite(gradient))
    np.testing.assert_array_equal(gradient[GONE], 0)


@pytest.mark.parametrize("name", ["nanmean", "nanvar", "nanstd", "nanmax", "nanmin"])
def test_nan_alone(name: str):
    f = getattr(np, name)
    assert_as_numpy(lambda x: f(x, axis=1), HOLES, exactly=False)
    assert_as_numpy(lambda x: f(x[2]), HOLES)
    gradient = hb.grad(lambda x: np.nansum(f(x, axis=1)))(HOLES)
    np.testing.assert_array_equal(gradient[2], 0)


def test_no_degree_of_freedom():
    for ddof in (1, 3, 4):
        assert_as_numpy(lambda x, d=ddof: np.nanvar(x[:2], 1, ddof=d), HOLES)


def test_complex_numbers():
    z = HOLES + 1j * X
    for name in ("nansum", "nanprod", "nanmean", "nanvar", "nancumsum"):
        assert_as_numpy(getattr(np, name), z, exactly=False)


def test_the_extreme_beside_infinities():
    x = np.array([np.nan, -np.inf, -np.inf])
    assert_as_numpy(np.nanmax, x)
    np.testing.assert_array_equal(hb.grad(np.nanmax)(x), [0, 0.5, 0.5])


def test_where_the_extreme_is():
    for f in (np.nanargmax, np.nanargmin):
        assert_as_numpy(f, HOLES)
        assert_as_numpy(lambda x, f=f: f(x[:2], axis=1, keepdims=True), HOLES)
        for run in (results, evaluated_results):
            with pytest.raises(ValueError, match="All-NaN"):
                run(lambda x, f=f: f(x, 1), HOLES)


def test_methods_of_fmax_and_fmin():
    for f in (np.fmax, np.fmin):
        calls: list[Callable[..., Any]] = [
            lambda x, f=f: f.reduce(x),
            lambda x, f=f: f.reduce(x, axis=1, keepdims=True),
            lambda x, f=f: f.accumulate(x, axis=1),
        ]
        for call in calls:
            assert_as_numpy(call, HOLES)
            hb.check_grads(call, (X,), order=2)


def test_refusals():
    with pytest.raises(ShapeError, match="no nanmax of no elements"):
        evaluated_results(lambda x: np.nanmax(x[:, :0], 1), X)
    with pytest.raises(TraceError, match="out="):
        evaluated_results(lambda x: np.nanmin(x, out=np.zeros(())), X)
