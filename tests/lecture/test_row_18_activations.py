"""Row 18: sigmoid, tanh, ReLU, leaky ReLU, maxout, ELU; saturation and dead units."""

import numpy as np
import pytest

import hubel as hb
from hubel import nn

X = np.array([-3.0, -0.5, 0.0, 0.5, 3.0])
FORMULAS = {
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(0, x),
    "leaky_relu": lambda x: np.maximum(0.1 * x, x),
    "elu": lambda x: np.where(x > 0, x, np.exp(x) - 1),
}


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_the_formulas_of_the_slide(name):
    module = nn.ACTIVATIONS[name]()
    np.testing.assert_allclose(module(X), FORMULAS[name](X), rtol=1e-12, atol=1e-15)
    away = X[X != 0]  # at 0 some of them have a kink
    hb.check_grads(lambda x: module(x).sum(), (away,), order=1)


def test_maxout_takes_the_largest_of_its_pieces():
    x = np.array([[1.0, 4.0, 3.0, 2.0]])
    np.testing.assert_array_equal(nn.Maxout(2)(x), [[4.0, 3.0]])


def test_relu_has_gradient_0_at_0():
    relu = nn.ACTIVATIONS["relu"]()
    assert hb.grad(lambda x: relu(x).sum())(np.zeros(1))[0] == 0


def test_a_saturated_sigmoid_kills_the_gradient_and_a_dead_relu_does_too():
    slope = hb.grad(lambda x: FORMULAS["sigmoid"](x).sum())(np.array([0.0, 20.0]))
    assert slope[0] == 0.25
    assert slope[1] < 1e-8
    relu = nn.ACTIVATIONS["relu"]()
    assert not hb.grad(lambda x: relu(x).sum())(np.array([-1.0, -20.0])).any()
