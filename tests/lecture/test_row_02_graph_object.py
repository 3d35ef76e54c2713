"""Row 2: a Graph with forward() in topological order and backward() in reverse."""

import pytest

import hubel as hb
from hubel.errors import GraphError
from tests.lecture.graphs import circuit, neuron


def test_nodes_stand_in_topological_order(how):
    graph = neuron(how)
    seen = set()
    for node in graph.nodes:
        assert all(source.name in seen for source in node.inputs)
        seen.add(node.name)


def test_the_neuron_of_the_slides(how):
    graph = neuron(how)
    out = graph.forward(w0=2.0, x0=-1.0, w1=-3.0, x1=-2.0, w2=-3.0)
    assert out == pytest.approx(0.7310585786300049, abs=1e-15)
    slope = out * (1 - out)
    expected = {"w0": -1 * slope, "x0": 2 * slope, "w1": -2 * slope}
    expected |= {"x1": -3 * slope, "w2": slope}
    assert graph.backward() == pytest.approx(expected, abs=1e-15)


def test_gates_run_forward_then_backward_in_reverse():
    ran = []

    class Spy(hb.Gate):
        def __init__(self, name):
            self.name = name

        def forward(self, x):
            ran.append(f"forward {self.name}")
            return x * 2

        def backward(self, upstream):
            ran.append(f"backward {self.name}")
            return upstream * 2

    graph = hb.Graph()
    graph.output(Spy("second")(Spy("first")(graph.input("x"))))
    ran.clear()
    assert graph.forward(x=1.0) == 4.0
    assert graph.backward() == {"x": 4.0}
    assert ran == [
        "forward first",
        "forward second",
        "backward second",
        "backward first",
    ]


def test_backward_needs_forward(how):
    with pytest.raises(GraphError, match="forward"):
        circuit(how).backward()


def test_the_graph_says_what_it_is(how):
    graph = circuit(how)
    graph.forward(x=-2.0, y=5.0, z=-4.0)
    graph.backward()
    assert "multiply" in str(graph)
    assert "-12" in graph.table()
    assert graph.cost().forward == 2
