"""Refusals that NumPy would hide behind a message of its own."""

from __future__ import annotations

import numpy as np
import pytest

import hubel as hb
from hubel.errors import DTypeError, GraphError, HubelError, ShapeError, TraceError

CASES = {
    "np.zeros": (lambda t: np.zeros(t), 3.0, ShapeError, "static argument"),
    "np.ones": (lambda t: np.ones(t), 3.0, ShapeError, "static argument"),
    "np.empty": (lambda t: np.empty(t), 3.0, ShapeError, "static argument"),
    "np.nditer": (lambda t: list(np.nditer(t)), np.ones(3), GraphError, "np.ndindex"),
    "np.tile": (lambda t: np.tile(np.ones(3), t), 3.0, DTypeError, "astype"),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("compiled", [False, True])
def test_the_error_names_the_function_the_line_and_a_remedy(name, compiled):
    f, x, kind, remedy = CASES[name]
    run = hb.compile(f) if compiled else hb.jacobian(f)
    with pytest.raises(kind) as caught:
        run(x)
    error = caught.value
    assert isinstance(error, HubelError)
    assert name in error.problem
    assert remedy in str(error.remedy)
    if name != "np.tile":
        assert "test_hidden_refusals.py" in str(error.where)


def test_the_repeats_of_tile_are_static():
    tiled = hb.compile(lambda x, n: np.tile(x, n))
    with pytest.raises(TraceError, match=r"repeats of np\.tile") as caught:
        tiled(np.ones(3), 2)
    assert "static" in str(caught.value.remedy)
    static = hb.compile(lambda x, n: np.tile(x, n), static_argnames="n")
    np.testing.assert_array_equal(static(np.arange(2.0), 2), [0, 1, 0, 1])


def test_known_counts_tile():
    x = np.array([2.0, 3.0])
    found = hb.grad(lambda x: np.tile(x, x.astype(int)).sum())(x)
    np.testing.assert_array_equal(found, [6.0, 6.0])


def test_iteration_over_a_number_says_what_to_use():
    with pytest.raises(TraceError, match="without axes") as caught:
        hb.grad(lambda x: sum(x))(3.0)
    assert "atleast_1d" in str(caught.value.remedy)
