"""``check_grads`` accepts right derivatives and finds wrong ones."""

from __future__ import annotations

import numpy as np
import pytest

import hubel as hb
from hubel.errors import DifferentiationError

X = np.array([0.3, 1.2, 2.0])


class Tanh(hb.Gate):
    """tanh with a factor on its gradient: right if it is 1."""

    def __init__(self, factor=1.0):
        self.factor = factor

    def forward(self, x):
        self.save(np.tanh(x))
        return np.tanh(x)

    def backward(self, upstream):
        (y,) = self.saved
        return upstream * (1 - y * y) * self.factor


@pytest.mark.parametrize("order", [1, 2, 3])
def test_right_derivatives_pass(order):
    hb.check_grads(lambda x: np.sin(x) * np.exp(-x), (X,), order=order)
    hb.check_grads(lambda p: p["a"] @ p["a"] * p["b"], ({"a": X, "b": 2.0},), order)


def test_a_right_gate_of_ones_own_passes():
    hb.check_grads(lambda x: Tanh()(x).sum(), (X,), order=1)


@pytest.mark.parametrize("factor", [0.999, 2.0, -1.0])
def test_a_wrong_gate_of_ones_own_is_found(factor):
    with pytest.raises(DifferentiationError, match="derivative 1 of <lambda>"):
        hb.check_grads(lambda x: Tanh(factor)(x).sum(), (X,), order=1)


def test_a_wrong_second_derivative_is_found():
    class Cube(hb.Gate):
        def forward(self, x):
            self.save(x)
            return x**3

        def backward(self, upstream):
            (x,) = self.saved
            return upstream * 3 * x * hb.stop_gradient(x)

    hb.check_grads(lambda x: Cube()(x), (2.0,), order=1)
    with pytest.raises(DifferentiationError, match="derivative 2"):
        hb.check_grads(lambda x: Cube()(x), (2.0,), order=2)


def test_modes_can_be_chosen():
    wrong = lambda x: Tanh(2.0)(x).sum()  # noqa: E731
    with pytest.raises(DifferentiationError, match=r"forward mode gives .*differences"):
        hb.check_grads(wrong, (X,), 1, modes=("forward",))
    # Both modes come from the same wrong backward, so they agree with each other.
    hb.check_grads(wrong, (X,), 1, modes=("reverse",))


def test_complex_arguments():
    z = np.array([0.5 + 1j, -2.0 + 0.3j])
    hb.check_grads(lambda z: np.abs(z * z).sum(), (z,), order=1)
    hb.check_grads(lambda z: (z.real**2 * z.imag).sum(), (z,), order=1)


def test_a_dead_gradient_is_found_by_differences():
    with pytest.raises(DifferentiationError, match="differences"):
        hb.check_grads(lambda x: hb.stop_gradient(x) * x, (3.0,), 1)


def test_the_check_repeats_itself():
    said = []
    for _ in range(2):
        with pytest.raises(DifferentiationError) as caught:
            hb.check_grads(lambda x: Tanh(2.0)(x).sum(), (X,), 1, seed=4)
        said.append(str(caught.value))
    assert said[0] == said[1]
