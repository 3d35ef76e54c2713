"""Zeros: loud where a derivative is dead by mistake, silent where zero is right."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import hubel as hb
from hubel.errors import ZeroGradientWarning

X = np.array([0.4, -1.5, 2.6])

DEAD = {
    "floor": lambda x: np.floor(x).sum(),
    "sign": lambda x: np.sign(x * 2).sum(),
    "argmax": lambda x: 1.0 * np.argmax(x),
    "comparison": lambda x: (x > 0).sum() * 1.0,
    "a step": lambda x: np.where(x > 0, 1.0, 0.0).sum(),
    "a cast to int": lambda x: x.astype(int).sum() * 1.0,
    "an index": lambda x: hb.array(np.arange(3.0))[(x > 0).astype(int)].sum(),
}


@pytest.mark.parametrize("name", DEAD)
def test_a_dead_gradient_warns_at_the_users_line(name):
    f = DEAD[name]
    with pytest.warns(ZeroGradientWarning) as caught:
        np.testing.assert_array_equal(hb.grad(f)(X), 0 * X)
    (warning,) = caught
    assert warning.filename == __file__
    assert f"{__file__}:{f.__code__.co_firstlineno}" in str(warning.message)
    assert "stop_gradient" in str(warning.message)


@pytest.mark.parametrize("name", ["floor", "a step"])
def test_every_way_of_differentiating_warns(name):
    f = DEAD[name]
    for run in (
        lambda: hb.vjp(f, X)[1](1.0),
        lambda: hb.jvp(f, (X,), (X,)),
        lambda: hb.value_and_grad(f)(X),
        lambda: hb.compile(hb.grad(f))(X),
    ):
        with pytest.warns(ZeroGradientWarning, match="<lambda>") as caught:
            run()
        assert caught[0].filename == __file__


def test_the_argument_that_is_dead_is_named():
    with pytest.warns(ZeroGradientWarning, match="leaf 1 is zero.*rint"):
        hb.grad(lambda x, y: (x * np.rint(y)).sum(), (0, 1))(X, X)


ALIVE = {
    "another path": lambda x: (np.floor(x) * x).sum(),
    "not used": lambda x: 3.0,
    "stopped": lambda x: hb.stop_gradient(np.floor(x)).sum(),
    "stopped before": lambda x: np.floor(hb.stop_gradient(x)).sum(),
    "only looked at": lambda x: x.sum() if (x > 0).any() else -x.sum(),
    "zero by value": lambda x: (x * 0.0).sum(),
    "relu of negatives": lambda x: np.maximum(-abs(x), 0.0).sum(),
}


@pytest.mark.parametrize("name", ALIVE)
def test_no_warning_where_zero_is_meant(name):
    hb.grad(ALIVE[name])(X)  # a warning is an error in these tests


PIECEWISE_LINEAR = {
    "relu": lambda x: np.maximum(x, 0.0).sum(),
    "relu by where": lambda x: np.where(x > 0, x, 0.0).sum(),
    "leaky relu": lambda x: np.where(x > 0, x, 0.1 * x).sum(),
    "abs": lambda x: abs(x).sum(),
    "max": lambda x: x.max(),
    "sort": lambda x: (np.sort(x) * np.arange(3.0)).sum(),
    "clip": lambda x: np.clip(x, -1.0, 1.0).sum(),
    "linear": lambda x: (3 * x).sum(),
}


@pytest.mark.parametrize("name", PIECEWISE_LINEAR)
@pytest.mark.parametrize("inner", ["grad", "vjp", "jvp"])
def test_zero_second_derivatives_are_silent(name, inner):
    f = PIECEWISE_LINEAR[name]
    first = {
        "grad": lambda x: hb.grad(f)(x).sum(),
        "vjp": lambda x: hb.vjp(f, x)[1](1.0)[0].sum(),
        "jvp": lambda x: hb.jvp(f, (x,), (np.ones(3),))[1],
    }[inner]
    np.testing.assert_array_equal(hb.grad(first)(X), 0 * X)


def test_a_warning_is_shown_once_for_each_line():
    def f(x):
        return np.floor(x).sum()

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(5):
            hb.grad(f)(X)
    assert len(caught) == 1


# Exact zeros annihilate ----------------------------------------------------------


def root(x):
    return np.where(x > 0, np.sqrt(x), 0.0)


def safe_log(x):
    return np.where(x > 0, np.log(x), 0.0)


def ratio(x):
    return np.where(x != 0, 1 / x, 0.0)


@pytest.mark.parametrize("f", [root, safe_log, ratio])
def test_dead_branches_bring_no_nan_at_any_order(f):
    for _ in range(3):
        f = hb.grad(f)
        with np.errstate(all="ignore"):
            assert f(0.0) == 0.0
            assert hb.compile(f)(0.0) == 0.0


@pytest.mark.parametrize("f", [root, safe_log, ratio])
def test_dead_branches_in_every_mode(f):
    x = np.array([0.0, 4.0])
    with np.errstate(all="ignore"):
        reverse = hb.grad(lambda t: f(t).sum())(x)
        moved = hb.jvp(f, (x,), (np.ones(2),))[1]
        compiled = hb.compile(hb.grad(lambda t: f(t).sum()))(x)
        second = hb.jvp(hb.grad(lambda t: f(t).sum()), (x,), (np.ones(2),))[1]
        third = hb.grad(lambda t: hb.jvp(f, (t,), (np.ones(2),))[1].sum())(x)
    assert reverse[0] == moved[0] == compiled[0] == second[0] == third[0] == 0.0
    assert reverse[1] == moved[1] == compiled[1] != 0.0
    assert second[1] == pytest.approx(third[1])
    assert np.isfinite(second).all()


def test_alive_branches_keep_their_infinities():
    with np.errstate(all="ignore"):
        assert hb.grad(np.sqrt)(0.0) == np.inf
        assert hb.grad(np.log)(0.0) == np.inf
        assert np.isnan(hb.grad(lambda x: x * np.nan)(1.0))


def test_a_zero_times_an_infinite_root():
    with np.errstate(all="ignore"):
        assert hb.grad(lambda x: 0.0 * np.sqrt(x))(0.0) == 0.0
