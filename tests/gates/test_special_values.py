"""NumPy's own functions on traced values, at the edges of floating-point numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hubel.errors import TraceError
from hubel.graph.node import Gate
from hubel.graph.registry import NUMPY
from tests.gates.applied import (
    assert_as_numpy,
    assert_native,
    evaluated_results,
    results,
)

SPECIAL = [0.0, -0.0, 0.5, 1, -1, 2, -2.5, np.inf, -np.inf, np.nan]
FLOATS = [1e30, -1e30, 1e-30, 1e-42, 3.4e38, 88.8, -104.0, 710.0]
WHOLE = [0, 1, 2, 3, 7, 13]

UFUNCS = sorted(
    {
        f
        for f, meaning in NUMPY.items()
        if isinstance(f, np.ufunc)
        and isinstance(meaning, Gate)
        and f.signature is None
        and getattr(np, f.__name__, None) is f
    },
    key=lambda f: f.__name__,
)


def takes_floats(ufunc: np.ufunc) -> bool:
    return any(kinds.split("->")[0] == "d" * ufunc.nin for kinds in ufunc.types)


@pytest.mark.parametrize("ufunc", UFUNCS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("check", [assert_as_numpy, assert_native])
def test_ufuncs_give_what_numpy_gives(ufunc: np.ufunc, dtype: Any, check: Any):
    if ufunc is np.ldexp:
        with np.errstate(over="ignore"):
            args = [np.array(SPECIAL, dtype)[:, None], np.array(WHOLE)]
    elif takes_floats(ufunc):
        with np.errstate(over="ignore"):
            values = np.array([*SPECIAL, *FLOATS], dtype)
        args = [values] if ufunc.nin == 1 else [values[:, None], values]
    else:
        values = np.array(WHOLE)
        args = [values] if ufunc.nin == 1 else [values[:, None], values]
    check(ufunc, *args)


@pytest.mark.parametrize("check", [assert_as_numpy, assert_native])
@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.where(x > 0, x, 0),
        lambda x: np.where(np.array([True, False] * 9), x, 1.5),
        lambda x: np.clip(x, -1, 2),
        lambda x: np.clip(x, None, 2.5),
        lambda x: np.clip(x, a_min=0, a_max=None),
        lambda x: np.clip(x, 2, -1),
        lambda x: np.clip(x, min=0),
        lambda x: np.nan_to_num(x),
        lambda x: np.nan_to_num(x, nan=1, posinf=5, neginf=-5),
        lambda x: np.round(x, 1),
        lambda x: np.around(x),
        lambda x: x.round(2),
        np.fix,
        np.sinc,
        np.isposinf,
        np.isneginf,
        np.real,
        np.imag,
        np.conj,
        np.sign,
        np.modf,
    ],
)
def test_functions_give_what_numpy_gives(f: Any, check: Any):
    with np.errstate(over="ignore"):
        for dtype in (np.float64, np.float32):
            check(f, np.array([*SPECIAL, *FLOATS], dtype))


def test_divmod_gives_what_numpy_gives():
    x, y = np.array([7.5, -7.5, 0.0, np.inf]), np.array([2.0, 2.0, 0.0, 3.0])
    assert_as_numpy(np.divmod, x, y)
    assert_as_numpy(divmod, x, y)
    assert_as_numpy(np.divmod, np.arange(7), np.int64(3))


@pytest.mark.parametrize("y", [-1, 0, 0.5, 1, 2, 3, 5, 16, 17, -2, 2.0, 2.5, 3.0])
def test_powers_of_python_numbers_are_those_of_numpy(y: Any):
    for dtype in (np.float64, np.float32):
        x = np.array([0.0, -0.0, 0.5, 1.5, -2, np.inf, -np.inf, np.nan], dtype)
        assert_as_numpy(lambda x: x**y, x, exactly=False)
    if not (isinstance(y, int) and y < 0):
        assert_as_numpy(lambda x: x**y, np.arange(4), exactly=False)


def test_a_python_number_stays_weak_through_operators():
    x = np.ones(2, np.float32)
    for found in (results, evaluated_results):
        (value,) = found(lambda x, lr: x * (1 - lr**2 / 2 % 3 // 1 + -abs(lr)), x, 0.1)
        assert value.dtype == np.float32


def test_comparisons_of_python_numbers_are_weak_too():
    x = np.ones(2, np.float16)
    for found in (results, evaluated_results):
        (value,) = found(lambda x, lr: (lr > 0.5) * 2.0 * x + (lr == 1) * 0.1, x, 0.7)
        assert value.dtype == np.float16
        np.testing.assert_array_equal(value, [2, 2])


def test_close_and_counted():
    x = np.array([1.0, 1.0 + 1e-9, np.nan, np.inf, 2.0])
    y = np.array([1.0, 1.0, np.nan, np.inf, 2.1])
    assert_as_numpy(np.isclose, x, y)
    assert_as_numpy(lambda x, y: np.isclose(x, y, equal_nan=True), x, y)
    assert_as_numpy(lambda x, y: np.allclose(x, y, atol=1), x[:2], y[:2])
    assert_as_numpy(lambda x: np.count_nonzero(x, axis=0), x)


def test_options_of_ufuncs():
    x = np.array([1.0, 4.0])
    assert_as_numpy(lambda x: np.sqrt(x, dtype=np.float32), x)
    for refused in (
        lambda x: np.sqrt(x, out=np.zeros(2)),
        lambda x: np.sqrt(x, where=[True, False]),
        lambda x: np.round(x, out=np.zeros(2)),
        lambda x: np.clip(x, 0, 1, out=np.zeros(2)),
        lambda x: np.where(x > 1),
        lambda x: np.vectorize(abs)(x),
    ):
        with pytest.raises(TraceError):
            evaluated_results(refused, x)


def test_arrays_in_the_shape_of_another():
    x = np.ones((2, 3), np.float32)
    assert_as_numpy(np.zeros_like, x)
    assert_as_numpy(np.ones_like, x)
    assert_as_numpy(lambda x: np.ones_like(x, dtype=np.int8, shape=4), x)
    assert_as_numpy(lambda x: np.full_like(x, x[0, 0] * 2, shape=(2,)), x)
    assert_as_numpy(lambda x: np.full_like(x, [1, 2, 3]), x)

    def written(x: Any) -> Any:
        z = np.zeros_like(x)
        z[0] = x[1] * 2
        return z

    assert_as_numpy(written, x)


def test_result_type_knows_weak_numbers():
    seen: list[Any] = []
    results(
        lambda x, lr: (seen.append(np.result_type(x, lr)), x)[1],
        np.ones(2, np.float32),
        0.1,
    )
    assert seen == [np.float32]
