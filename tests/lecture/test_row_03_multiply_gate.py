"""Row 3: a multiply gate with forward(x, y) and backward(dz), caching its inputs."""

import numpy as np
import pytest

import hubel as hb


class Multiply(hb.Gate):
    def forward(self, x, y):
        self.save(x, y)
        return x * y

    def backward(self, upstream):
        x, y = self.saved
        return upstream * y, upstream * x


def by_hand():
    graph = hb.Graph()
    graph.output(Multiply()(graph.input("x"), graph.input("y")))
    return graph


def traced():
    return hb.Graph.trace(lambda x, y: Multiply()(x, y), x=0.0, y=0.0)


@pytest.mark.parametrize("make", [by_hand, traced])
def test_it_works_in_a_graph_in_both_directions(make):
    graph = make()
    assert graph.forward(x=3.0, y=-4.0) == -12.0
    assert graph.backward(2.0) == {"x": -8.0, "y": 6.0}
    assert graph.tangent(x=1.0) == -4.0


def test_it_works_in_every_transform():
    def f(x, y):
        return Multiply()(x, y) * x

    assert hb.grad(f, (0, 1))(3.0, -4.0) == (-24.0, 9.0)
    assert hb.jvp(f, (3.0, -4.0), (1.0, 0.0))[1] == -24.0
    assert hb.grad(hb.grad(f))(3.0, -4.0) == -8.0
    assert hb.compile(hb.grad(f))(3.0, -4.0) == -24.0


def test_it_works_on_arrays_too():
    x, y = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    gradient = hb.grad(lambda x: Multiply()(x, y).sum())(x)
    np.testing.assert_array_equal(gradient, y)
