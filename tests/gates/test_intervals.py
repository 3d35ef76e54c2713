"""The fact ``interval``: where results lie; they are NaN where arguments are."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from hubel.graph.interval import is_bounded
from hubel.graph.registry import GATES, load_all

load_all()
ENDS = [-math.inf, -1e30, -750.0, -2.0, -0.5, 0.0, 1e-3, 1.0, 90.0, 1e30, math.inf]
INTERVALS = list(itertools.combinations_with_replacement(ENDS, 2))
RANDOM = np.random.default_rng(0)
STATED = sorted(n for n, gate in GATES.items() if gate.facts.interval is not None)


def within(low, high, dtype):
    """Return numbers of an interval: its ends, zeros, others, and NaN."""
    finite = max(low, -1e30), min(high, 1e30)
    others = RANDOM.uniform(*finite, 9)
    near = np.clip(RANDOM.normal(size=9), *finite)
    zeros = [z for z in (0.0, -0.0) if low <= z <= high]
    ends = [low, high, *zeros, math.nan]
    return np.concatenate([ends, others, near]).astype(dtype)


def made(gate, *args):
    params = {"shape": args[0].shape} if gate.name == "broadcast_to" else {}
    with np.errstate(all="ignore"):
        return np.asarray(gate.forward(*args, **params))


def arguments(gate):
    """Return how many arguments a gate takes."""
    return 2 if gate.name in ("add", "subtract", "multiply", "divide") else 1


def test_some_gates_state_it():
    assert {"add", "divide", "exp", "multiply", "tanh"} <= set(STATED)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", STATED)
def test_results_lie_where_the_fact_says(name, dtype):
    gate = GATES[name]
    for given in itertools.product(INTERVALS, repeat=arguments(gate)):
        if math.inf in {low for low, _ in given} | {-high for _, high in given}:
            continue  # nothing but one infinity
        claimed = gate.facts.interval(*given)
        if claimed is None:
            continue
        values = np.meshgrid(*(within(*each, dtype) for each in given))
        found = made(gate, *values)
        nan = np.any([np.isnan(each) for each in values], axis=0)
        np.testing.assert_array_equal(np.isnan(found), nan, err_msg=str(given))
        low, high = claimed
        most = float(np.finfo(dtype).max) / 16
        low, high = low if low > -most else -math.inf, high if high < most else math.inf
        slack = 1e-6 * max(abs(e) if math.isfinite(e) else 0.0 for e in (low, high))
        right = found[~nan].astype(np.float64)
        assert np.all((right >= low - slack) & (right <= high + slack)), given


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divide", "sin"])
def test_nothing_is_said_where_nan_may_come_up(name):
    everything = (-math.inf, math.inf)
    gate = GATES[name]
    assert gate.facts.interval(*[everything] * arguments(gate)) is None
    assert not is_bounded(everything)
