"""Full Jacobians go by sweeps where those are faster; structure stays where it is."""

from __future__ import annotations

import numpy as np
import pytest

import hubel as hb
from hubel.derive.effort import RECORDING, Effort
from hubel.structure import Dense, Operator

RANDOM = np.random.default_rng(0)
V = RANDOM.normal(size=40)
LAYERS = RANDOM.normal(size=(3, 40, 40)) / 6
WIDE, NARROW = RANDOM.normal(size=(400, 3)), RANDOM.normal(size=(3, 400))


def residual(x):
    """Run a small residual net."""
    for weights in LAYERS:
        x = x + np.tanh(weights @ x)
    return x


def test_a_small_dense_net_is_swept_in_one_batch():
    found = hb.jacobian(residual)(V)
    assert isinstance(found, Dense)
    assert hb.explain(found).way in ("forward", "reverse")
    asked = hb.jacobian(residual, structure="dense")(V)
    np.testing.assert_array_equal(found.todense(), asked.todense())
    kept = hb.explain(hb.jacobian(residual, mode="reverse")(V))
    assert kept.sweeps == 40


@pytest.mark.parametrize(
    "f",
    [
        lambda x: LAYERS[0] @ x,
        lambda x: np.tanh(LAYERS[0] @ np.sin(x)),
        lambda x: np.tanh(x) + x,
        lambda x: x[1:] - x[:-1],
        lambda x: np.concatenate([LAYERS[0] @ x, x**2, np.roll(x, 1) * x]),
        lambda x: np.tanh(np.reshape(x, (8, 5)) @ LAYERS[0][:5, :5]),
        lambda x: WIDE[:40] @ np.sin(NARROW[:, :40] @ x),
    ],
    ids=["a product", "a layer", "diagonal", "bands", "joined", "rows", "a few"],
)
def test_structure_needs_no_sweep(f):
    found = hb.jacobian(f)(V)
    assert isinstance(found, Operator)
    assert hb.explain(found).way == "structure"
    np.testing.assert_allclose(
        found.todense(), hb.jacrev(f)(V).todense(), rtol=1e-12, atol=1e-14
    )


def test_calls_are_charged_once_for_a_batch():
    alone = Effort(1000, 1000, 5e3, 6e3, 3e3, 3e3, batch=1)
    assert (alone.all_forward, alone.all_reverse) == (5e6, 6e6)
    whole = Effort(1000, 1000, 5e3, 6e3, 3e3, 3e3, batch=1000)
    assert whole.all_forward == 1000 * 2e3 + RECORDING * 3e3
    halves = Effort(1000, 1000, 5e3, 6e3, 3e3, 3e3, batch=500)
    assert halves.all_reverse == 1000 * 3e3 + 2 * RECORDING * 3e3
    few = Effort(2, 1000, 5e3, 6e3, 3e3, 3e3, batch=1000)
    assert few.all_reverse == 2 * 6e3
    assert whole.least == few.columns * 5e3
