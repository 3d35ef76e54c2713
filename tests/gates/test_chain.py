"""The product in which an exact zero annihilates."""

from __future__ import annotations

import numpy as np
import pytest

from hubel.graph.registry import GATES

chain = GATES["chain"]


@pytest.mark.parametrize("size", [1, 100, 8192, 8193, 30000])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.complex128])
def test_a_zero_on_either_side_annihilates_at_any_place(size: int, dtype: type):
    for place in {0, size // 2, size - 1}:
        for bad in (np.inf, -np.inf, np.nan):
            g, p = np.ones(size, dtype), np.full(size, 2, dtype)
            g[place], p[place] = 0, bad
            expected = np.full(size, 2, dtype)
            expected[place] = 0
            with np.errstate(invalid="ignore"):
                buffer = np.empty(size, dtype)
                np.testing.assert_array_equal(chain(g, p), expected)
                np.testing.assert_array_equal(chain(p, g), expected)
                np.testing.assert_array_equal(chain(g, p, out=buffer), expected)
    assert chain(g, p).dtype == dtype


def test_what_is_not_zero_is_multiplied():
    g, p = np.array([1.0, 2.0, 0.0, 1e200]), np.array([np.inf, np.nan, np.inf, 1e200])
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(chain(g, p), [np.inf, np.nan, 0, np.inf])
        assert chain(0.0, np.inf) == 0
        assert chain(np.float64(2.0), np.inf) == np.inf
