"""NumPy's reductions as compositions of gates: against NumPy, and autograd's slopes."""

from __future__ import annotations

from functools import partial
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

import hubel as hb
from hubel.errors import HubelError, OptionError, ShapeError, TraceError
from tests.gates.applied import assert_as_numpy, evaluated_results
from tests.gates.case import sample

X = sample(3, 4, low=0.5, high=2)
MASK = np.array([[True, False, True, True], [False] * 3 + [True], [True] * 4])

CALLS: list[tuple[str, dict[str, Any]]] = [
    *[
        (name, options)
        for name in ("sum", "mean", "prod", "max", "min", "std", "var", "ptp")
        for options in (
            {},
            {"axis": 1},
            {"axis": (0, -1)},
            {"axis": 0, "keepdims": True},
        )
    ],
    *[(name, {"axis": 0, "where": MASK}) for name in ("sum", "prod", "mean", "var")],
    *[(name, {"where": MASK[0], "initial": 1.5}) for name in ("sum", "prod")],
    *[(name, {"where": MASK, "initial": 1, "axis": 1}) for name in ("max", "min")],
    *[(name, {"initial": 1.0}) for name in ("sum", "prod", "max", "min")],
    *[(name, {"dtype": np.float32}) for name in ("sum", "prod", "mean", "var")],
    *[(name, {"ddof": 1, "axis": 1}) for name in ("std", "var")],
    *[(name, {"correction": 2}) for name in ("std", "var")],
    *[
        (name, options)
        for name in ("cumsum", "cumprod")
        for options in ({}, {"axis": 1})
    ],
    ("cumsum", {"dtype": np.float32, "axis": 0}),
]
COUNTS: list[tuple[str, dict[str, Any]]] = [
    *[
        (name, options)
        for name in ("argmax", "argmin", "all", "any", "count_nonzero")
        for options in ({}, {"axis": 1}, {"axis": 0, "keepdims": True})
    ],
    ("argmax", {"keepdims": True}),
    ("all", {"where": MASK}),
    ("any", {"where": MASK, "axis": 1}),
]


def name_of(value: Any) -> str:
    if isinstance(value, str):
        return value
    return ",".join(f"{k}={'mask' if k == 'where' else v}" for k, v in value.items())


@pytest.mark.parametrize(("name", "options"), [*CALLS, *COUNTS], ids=name_of)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.int8, np.bool_])
def test_values_are_those_of_numpy(name: str, options: dict[str, Any], dtype: Any):
    if name == "ptp" and dtype is np.bool_:
        return  # NumPy has no difference of truth values
    f = getattr(np, name)
    x = (X > 1).astype(dtype) if dtype is np.bool_ else (X * 3).astype(dtype)
    rounded = {"dtype", "initial"} & set(options) and dtype is not np.int64
    exactly = name not in ("mean", "std", "var") and not rounded
    assert_as_numpy(lambda x: f(x, **options), x, exactly=exactly)
    if hasattr(np.ndarray, name) and "correction" not in options:
        assert_as_numpy(lambda x: getattr(x, name)(**options), x, exactly=exactly)


@pytest.mark.parametrize(("name", "options"), CALLS, ids=name_of)
def test_gradients_are_right(name: str, options: dict[str, Any]):
    f = getattr(np, name)
    if options.get("dtype") is np.float32:
        x = np.float32(X)
        wide = {k: v for k, v in options.items() if k != "dtype"}
        found = hb.grad(lambda x: np.sum(f(x, **options)))(X)
        true = hb.grad(lambda x: np.sum(f(x, **wide)))(X)
        np.testing.assert_allclose(found, true, rtol=1e-4)
        assert found.dtype == X.dtype
        assert hb.grad(lambda x: np.sum(f(x)))(x).dtype == np.float32
        return
    hb.check_grads(lambda x: f(x, **options), (X,), order=2)
    if set(options) <= {"axis", "keepdims", "ddof"} and name not in ("ptp", "cumprod"):
        weights = np.arange(12.0)[: np.size(f(X, **options))]
        found = hb.grad(lambda x: np.sum(np.ravel(f(x, **options)) * weights))(X)
        g = getattr(anp, name)
        true = autograd.grad(lambda x: anp.sum(anp.ravel(g(x, **options)) * weights))(X)
        np.testing.assert_allclose(found, true, rtol=1e-12, atol=1e-14)


def test_scalars_and_lists_are_arrays_too():
    for name in ("sum", "mean", "prod", "max", "std", "cumsum", "argmax", "all", "ptp"):
        assert_as_numpy(getattr(np, name), 2.5)
        assert_as_numpy(getattr(np, name), np.float32(2.5))
    assert_as_numpy(lambda x: np.sum(x, where=[True, False]), np.ones(2))


def test_the_variance_of_none_of_a_mask_is_undefined_as_in_numpy():
    x, mask = X[0], np.zeros(4, np.bool_)
    (found,) = evaluated_results(lambda x: np.mean(x, where=mask), x)
    assert np.isnan(found)


def test_the_initial_value_of_nothing():
    empty = np.zeros((2, 0))
    assert_as_numpy(lambda x: np.max(x, axis=1, initial=-1.0), empty)
    assert_as_numpy(lambda x: np.min(x, axis=1, initial=3.0, keepdims=True), empty)
    assert_as_numpy(lambda x: np.prod(x, axis=1), empty)


@pytest.mark.parametrize(
    ("f", "error", "words"),
    [
        (lambda x: np.mean(x, mean=0), TypeError, "mean"),
        (lambda x: np.var(x, mean=1.0), OptionError, "mean="),
        (lambda x: np.std(x, mean=1.0), OptionError, "mean="),
        (lambda x: np.sum(x, out=np.zeros(())), TraceError, "out="),
        (lambda x: np.max(x, out=np.zeros(())), TraceError, "out="),
        (lambda x: np.max(x, where=MASK), TraceError, "initial="),
        (lambda x: np.max(x[:0], axis=0), ShapeError, "no elements"),
        (lambda x: np.argmin(x[:0], axis=0), ShapeError, "no elements"),
        (lambda x: np.sum(x, axis=2), ShapeError, "axis 2"),
        (lambda x: np.prod(x, axis=(0, 0)), ShapeError, "twice"),
        (lambda x: np.argmax(x, axis=-3), ShapeError, "axis -3"),
        (lambda x: np.cumsum(x, axis=2), ShapeError, "axis 2"),
    ],
)
def test_what_cannot_be_is_refused(f: Any, error: type[Exception], words: str):
    with pytest.raises(error, match=words):
        evaluated_results(f, X)
    if issubclass(error, HubelError):
        with pytest.raises(error, match=words):
            hb.grad(lambda x: np.sum(f(x) * 1.0))(X)


REDUCED = ["add", "multiply", "maximum", "minimum", "logical_and", "logical_or"]


@pytest.mark.parametrize("name", [*REDUCED, "logaddexp"])
def test_methods_of_ufuncs_give_what_numpy_gives(name: str):
    ufunc, exactly = getattr(np, name), name in REDUCED
    for options in ({}, {"axis": 1}, {"axis": None}, {"axis": 0, "keepdims": True}):
        assert_as_numpy(partial(ufunc.reduce, **options), X, exactly=exactly)
    for axis in (0, 1, -1):
        assert_as_numpy(partial(ufunc.accumulate, axis=axis), X, exactly=exactly)
    assert_as_numpy(lambda x: ufunc.accumulate(x), X[:, 0], exactly=exactly)
    assert_as_numpy(lambda x: ufunc.reduceat(x, [0, 2, 1]), X, exactly=False)

    def pieces(x: Any) -> Any:
        return ufunc.reduceat(x, np.array([2, 1]), axis=1)

    assert_as_numpy(pieces, X, exactly=False)
    assert_as_numpy(lambda x: ufunc.outer(x, x[0]), X)
    assert_as_numpy(lambda x: ufunc.outer(2.0, x), X)
    if not name.startswith("logical"):
        for f in (ufunc.reduce, ufunc.accumulate, pieces, lambda x: ufunc.outer(x, x)):
            hb.check_grads(f, (X,), order=2)


def test_methods_of_ufuncs_without_a_meaning_are_refused():
    for f in (np.subtract.reduce, np.divide.accumulate, np.arctan2.reduce):
        with pytest.raises(TraceError, match="has no gate"):
            evaluated_results(f, X)
    assert_as_numpy(lambda x: np.subtract.outer(x, x), X)


NAMES_OF_SINGLE = (
    "sum prod max min ptp all any count_nonzero argmax argmin mean var std median "
    "nansum nanprod nanmax nanmin nanmean nanvar nanstd nanargmax nanargmin nanmedian"
)


@pytest.mark.parametrize("name", NAMES_OF_SINGLE.split())
@pytest.mark.parametrize("axis", [0, -1, 1, -2, (), (0,)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_axes_of_a_single_number_are_those_of_numpy(name, axis, keepdims):
    """NumPy's ufuncs let it have the axes 0 and -1, means do not."""
    f = getattr(np, name)
    for number in (np.float64(2.5), np.array(2.5)):
        try:
            f(number, axis=axis, keepdims=keepdims)
        except (np.exceptions.AxisError, TypeError, ValueError):
            with pytest.raises((HubelError, TypeError)):
                hb.compile(lambda x: f(x, axis=axis, keepdims=keepdims))(number)
            continue
        assert_as_numpy(lambda x: f(x, axis=axis, keepdims=keepdims), number)


def test_slopes_of_a_single_numbers_sums():
    def f(x):
        return 3 * x.sum(axis=0) + np.max(x, axis=-1) + np.add.reduce(x)

    assert hb.grad(f)(np.float64(2.5)) == 5
