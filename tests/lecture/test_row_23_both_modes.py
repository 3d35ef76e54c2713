"""Row 23: reverse (many things on one) and forward (one thing on many), any order."""

import numpy as np
import pytest

import hubel as hb


def complicated(x):
    return np.tanh(x * np.sin(x)) / (1 + np.exp(-x)) + x**3


def test_reverse_gives_the_effect_of_many_things_on_one():
    x = np.linspace(-1, 1, 7)
    gradient = hb.grad(lambda x: complicated(x).sum())(x)
    step = 1e-6
    numbers = (complicated(x + step) - complicated(x - step)) / (2 * step)
    np.testing.assert_allclose(gradient, numbers, rtol=1e-7, atol=1e-8)


def test_forward_gives_the_effect_of_one_thing_on_many(how):
    def f(t):
        return np.sin(t * np.arange(1.0, 4.0))

    if how == "traced":
        graph = hb.Graph.trace(f, t=0.0)
    else:
        graph = hb.Graph()
        graph.output(f(graph.input("t")))
    graph.forward(t=0.5)
    expected = np.arange(1.0, 4.0) * np.cos(0.5 * np.arange(1.0, 4.0))
    np.testing.assert_allclose(graph.tangent(t=1.0), expected, rtol=1e-15)


def forward(f):
    return lambda x: hb.jvp(f, (x,), (1.0,))[1]


@pytest.mark.parametrize("first", [hb.grad, forward])
@pytest.mark.parametrize("second", [hb.grad, forward])
@pytest.mark.parametrize("third", [hb.grad, forward])
def test_any_mix_of_modes_gives_the_same_third_derivative(first, second, third):
    def f(x):
        return np.exp(2 * x) * x

    derivative = third(second(first(f)))(0.3)
    assert derivative == pytest.approx((8 * 0.3 + 12) * np.exp(0.6), rel=1e-13)
