"""Optimisers against hand-written loops."""

from __future__ import annotations

import numpy as np
import pytest

from hubel.errors import OptionError
from hubel.nn import OPTIMIZERS, SGD, Adam
from hubel.nn._optim import find_optimizer
from hubel.tracing.tree import flatten
from hubel.transforms.compiled import compile

START = {"w": np.array([[1.0, -2.0], [3.0, 0.5]]), "b": (np.array([0.1, 0.2]),)}


def gradients(params):
    return {"w": params["w"] ** 3, "b": (np.sin(params["b"][0]),)}


def run(optimizer, update, steps=20):
    params, state = START, optimizer.init(START)
    for step in range(steps):
        params, state = update(params, gradients(params), state, 0.1 / (step + 1))
    return flatten(params)[0]


def by_hand(rule, steps=20):
    """Run a rule (w, g, memory, lr, t) -> w on each leaf for itself."""
    found = []
    for w, slope in ((START["w"], lambda w: w**3), (START["b"][0], np.sin)):
        w, memory = w.copy(), {}
        for step in range(steps):
            w = rule(w, slope(w), memory, 0.1 / (step + 1), step + 1)
        found.append(w)
    return found


def sgd(momentum, nesterov):
    def rule(w, g, memory, lr, _):
        before = memory.get("v", 0)
        memory["v"] = momentum * before - lr * g
        if nesterov:
            return w - momentum * before + (1 + momentum) * memory["v"]
        return w + memory["v"]

    return rule


def adam(w, g, memory, lr, t):
    memory["m"] = 0.9 * memory.get("m", 0) + 0.1 * g
    memory["v"] = 0.999 * memory.get("v", 0) + 0.001 * g * g
    m, v = memory["m"] / (1 - 0.9**t), memory["v"] / (1 - 0.999**t)
    return w - lr * m / (np.sqrt(v) + 1e-8)


RULES = {
    "plain": (SGD(0.0), sgd(0.0, False)),
    "momentum": (SGD(0.9), sgd(0.9, False)),
    "nesterov": (SGD(0.8, nesterov=True), sgd(0.8, True)),
    "adam": (Adam(), adam),
}


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("compiled", [False, True])
def test_against_a_loop(name, compiled):
    optimizer, rule = RULES[name]
    update = compile(optimizer.update) if compiled else optimizer.update
    for found, expected in zip(run(optimizer, update), by_hand(rule), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("name", RULES)
def test_compiled_with_donation_updates_in_place(name):
    optimizer, rule = RULES[name]
    update = compile(
        lambda params, state, g, lr: optimizer.update(params, g, state, lr),
        donate=(0, 1),
    )
    params = {"w": START["w"].copy(), "b": (START["b"][0].copy(),)}
    state = optimizer.init(params)
    held = [*flatten(params)[0], *flatten(state)[0]]
    for step in range(20):
        params, state = update(params, state, gradients(params), 0.1 / (step + 1))
    leaves = [*flatten(params)[0], *flatten(state)[0]]
    assert all(a is b for a, b in zip(leaves, held, strict=True))
    for found, expected in zip(flatten(params)[0], by_hand(rule), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("name", RULES)
def test_float32_is_kept(name):
    optimizer, _ = RULES[name]
    w = np.ones(3, np.float32)
    new, state = optimizer.update(w, w, optimizer.init(w), 0.1)
    assert new.dtype == np.float32
    old = flatten(optimizer.init(w))[0]
    assert [x.dtype for x in flatten(state)[0]] == [x.dtype for x in old]


def test_ranges():
    for make in (lambda: SGD(1.0), lambda: SGD(-0.1), lambda: Adam(beta2=1.0)):
        with pytest.raises(OptionError, match="not including, 1"):
            make()


def test_find_optimizer():
    assert find_optimizer("sgd", 0.5) == SGD(0.5)
    assert find_optimizer("nesterov", 0.5) == SGD(0.5, nesterov=True)
    assert find_optimizer("adam", 0.5) == Adam()
    own = Adam(beta2=0.99)
    assert find_optimizer(own, 0.5) is own
    with pytest.raises(OptionError, match="no optimiser 'lbfgs'"):
        find_optimizer("lbfgs", 0.9)
    for name in OPTIMIZERS:
        find_optimizer(name, 0.9)
