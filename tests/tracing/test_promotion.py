"""Dtypes are NumPy 2's everywhere: Python numbers never widen an array."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

import hubel as hb
from hubel.tracing.trace import Trace

OPERANDS = {
    "f4 array": np.array([1.5, 2.0], np.float32),
    "f8 array": np.array([0.5, 3.0]),
    "i4 array": np.array([1, 2], np.int32),
    "u1 array": np.array([1, 3], np.uint8),
    "f2 array": np.array([1.0, 2.0], np.float16),
    "f4 scalar": np.float32(1.25),
    "f8 scalar": np.float64(1.25),
    "i8 scalar": np.int64(3),
    "float": 2.5,
    "int": 3,
}

STEPS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "maximum": np.maximum,
    "hypot": np.hypot,
    "where": lambda a, b: np.where(a > b, a, b),
    "sin": lambda a, b: np.sin(a) + b,
    "sum": lambda a, b: np.sum(a) * b,
    "mean": lambda a, b: np.mean(a) - b,
    "abs": lambda a, b: abs(a) + b,
    "square": lambda a, b: a**2 + b,
    "negative": lambda a, b: -(a * b),
    "greater": lambda a, b: np.greater(a, b) * a,
    "stack": lambda a, b: np.concatenate([np.ravel(a), np.ravel(b)])[:2],
}

PROGRAM = st.lists(
    st.tuples(st.sampled_from(sorted(STEPS)), st.sampled_from(sorted(OPERANDS))),
    min_size=1,
    max_size=5,
)


def run(program, first, operands):
    """Fold a program over its operands."""
    value = first
    for (step, name), operand in zip(program, operands, strict=True):
        del name
        value = STEPS[step](value, operand)
    return value


@settings(max_examples=150)
@given(st.sampled_from(sorted(OPERANDS)), PROGRAM)
def test_traced_dtypes_are_numpys(first, program):
    start = OPERANDS[first]
    operands = [OPERANDS[name] for _, name in program]
    with np.errstate(all="ignore"):
        try:
            expected = np.asarray(run(program, start, operands))
        except OverflowError:
            reject()  # a Python integer that NumPy does not fit into an array

        def captured(x):
            return run(program, x, operands)

        def everything(x, rest):
            return run(program, x, rest)

        with Trace(with_values=True) as trace:
            eager = captured(trace.input(start))
        found = {
            "eager": eager,
            "value": np.asarray(eager.value),
            "compiled": np.asarray(hb.compile(captured)(start)),
            "all traced": np.asarray(hb.compile(everything)(start, operands)),
        }
    for way, value in found.items():
        assert value.dtype == expected.dtype, way
        assert value.shape == expected.shape, way
    np.testing.assert_allclose(found["compiled"], expected, rtol=2e-3)


@pytest.mark.parametrize("dtype", ["f2", "f4"])
@pytest.mark.parametrize(
    "f",
    [
        lambda x: 2 * x + 1.5,
        lambda x: x / 3,
        lambda x: 1 / (1 + np.exp(-x)),
        lambda x: np.where(x > 0, x, 0.0),
        lambda x: np.maximum(x, 0),
        lambda x: x**2 - 0.5 * x,
        lambda x: x.mean() * x,
        lambda x: np.clip(x, 0.0, 1.0),
    ],
)
def test_python_numbers_leave_narrow_floats_narrow(f, dtype):
    x = np.array([0.5, -1.0, 2.0], dtype)
    assert f(x).dtype == x.dtype
    assert hb.compile(f)(x).dtype == x.dtype
    gradient = hb.grad(lambda t: f(t).sum())(x)
    assert gradient.dtype == x.dtype
    assert hb.compile(hb.grad(lambda t: f(t).sum()))(x).dtype == x.dtype
    second = hb.grad(lambda t: hb.grad(lambda s: f(s).sum())(t).sum())
    assert second(x).dtype == x.dtype
    assert hb.jvp(f, (x,), (np.ones(3),))[1].dtype == x.dtype


def test_a_traced_python_number_stays_weak():
    def f(x, rate):
        return x - (rate * 0.5 + 1) * x

    x = np.ones(3, np.float32)
    assert hb.compile(f)(x, 0.1).dtype == np.float32
    gradient = hb.grad(lambda x, rate: f(x, rate).sum(), (0, 1))(x, 0.1)
    assert gradient[0].dtype == np.float32
    assert type(gradient[1]) is float


def test_a_numpy_number_is_not_weak():
    assert hb.compile(lambda x, r: r * x)(np.ones(2, "f4"), np.float64(2)).dtype == "f8"


@pytest.mark.parametrize("kind", [float, np.float32, np.float64])
def test_gradients_have_the_type_of_their_arguments(kind):
    assert type(hb.grad(lambda x: x * x)(kind(3))) is kind
    assert type(hb.compile(lambda x: x * x)(kind(3))) is kind
    assert type(hb.jvp(lambda x: x * x, (kind(3),), (kind(1),))[1]) is kind
