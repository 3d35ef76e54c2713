"""How much does differentiating cost beside hand-written NumPy, on a small net?

A 3-layer tanh net, 16 wide, batch 8: here calls into Python are all that counts.
Targets: eager ``grad`` at most 6 times hand-written forward and backward, compiled at
most 1.5 times. Peer with ``--peers``: autograd.
"""

from __future__ import annotations

import sys

import numpy as np

import hubel as hb
from benchmarks._harness import machine, race, verdict

RNG = np.random.default_rng(0)
PARAMS = [(RNG.normal(size=(16, 16)), RNG.normal(size=16)) for _ in range(3)]
X = RNG.normal(size=(8, 16))


def net(params, x):
    """Sum the outputs of a 3-layer tanh net."""
    for weight, bias in params[:-1]:
        x = np.tanh(x @ weight + bias)
    weight, bias = params[-1]
    return (x @ weight + bias).sum()


def by_hand(params, x):
    """Do the same forward and backward in NumPy alone."""
    (w1, b1), (w2, b2), (w3, b3) = params
    h1 = np.tanh(x @ w1 + b1)
    h2 = np.tanh(h1 @ w2 + b2)
    value = (h2 @ w3 + b3).sum()
    d = np.ones((x.shape[0], w3.shape[1]))
    dw3, db3 = h2.T @ d, d.sum(0)
    d = (d @ w3.T) * (1 - h2 * h2)
    dw2, db2 = h1.T @ d, d.sum(0)
    d = (d @ w2.T) * (1 - h1 * h1)
    return value, [(x.T @ d, d.sum(0)), (dw2, db2), (dw3, db3)]


def _agree(a, b) -> None:
    for (w, c), (v, e) in zip(a, b, strict=True):
        np.testing.assert_allclose(w, v, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(c, e, rtol=1e-12, atol=1e-12)


def main() -> None:
    """Assert that all agree, then race."""
    machine()
    eager, compiled = hb.grad(net), hb.compile(hb.value_and_grad(net))
    truth = by_hand(PARAMS, X)[1]
    _agree(eager(PARAMS, X), truth)
    _agree(compiled(PARAMS, X)[1], truth)
    contestants = {
        "hand-written NumPy": lambda: by_hand(PARAMS, X),
        "hubel eager grad": lambda: eager(PARAMS, X),
        "hubel compiled": lambda: compiled(PARAMS, X),
    }
    if "--peers" in sys.argv:
        from autograd import grad

        peer = grad(net)
        _agree(peer(PARAMS, X), truth)
        contestants["autograd"] = lambda: peer(PARAMS, X)
    ratios = race("3-layer tanh net, 16 wide, batch 8, float64", contestants)
    verdict("eager", ratios["hubel eager grad"], 6.0)
    verdict("compiled", ratios["hubel compiled"], 1.5)


if __name__ == "__main__":
    main()
