"""``hb.Graph``, by hand and traced: sweeps, node views, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import hubel as hb
from hubel.errors import DTypeError, GraphError, ShapeError, TraceError
from hubel.structure import Diagonal, Operator

X = np.array([[0.5, -1.0, 2.0], [1.5, 0.0, -0.5]])


def by_hand():
    g = hb.Graph()
    x, y, z = g.input("x"), g.input("y"), g.input("z")
    q = g.name("q", x + y)
    g.output(f=q * z)
    return g


def neuron():
    g = hb.Graph()
    w0, x0, w1, x1, w2 = (g.input(n) for n in ("w0", "x0", "w1", "x1", "w2"))
    total = g.name("total", w0 * x0 + w1 * x1 + w2)
    g.output(1 / (1 + g.name("grown", np.exp(g.name("minus", -total)))))
    return g


POINT = {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0}


def test_the_first_circuit_of_the_lecture():
    g = by_hand()
    assert g.forward(x=-2.0, y=5.0, z=-4.0) == -12.0
    assert g["q"].value == 3.0
    assert g.backward() == {"x": -4.0, "y": -4.0, "z": 3.0}
    assert g["q"].gradient == -4.0
    assert g["multiply"].gradient == 1.0
    assert [n.name for n in g.nodes] == ["x", "y", "z", "q", "multiply"]
    assert g.tangent(x=1.0) == -4.0
    assert g.tangent(y=1.0, z=2.0) == -4.0 + 6.0
    assert g["q"].tangent == 1.0


def test_the_sigmoid_neuron_of_the_lecture():
    g = neuron()
    assert g.forward(**POINT) == pytest.approx(0.73, abs=0.005)
    found = g.backward()
    rounded = {name: round(value, 2) for name, value in found.items()}
    assert rounded == {"w0": -0.20, "x0": 0.39, "w1": -0.39, "x1": -0.59, "w2": 0.20}
    assert g["total"].gradient == pytest.approx(0.2, abs=0.005)
    assert g["grown"].gradient == pytest.approx(-0.53, abs=0.005)


def test_traced_and_hand_built_graphs_agree():
    g = neuron()
    traced = hb.Graph.trace(
        lambda w0, x0, w1, x1, w2: 1 / (1 + np.exp(-(w0 * x0 + w1 * x1 + w2))), **POINT
    )
    assert traced.forward(**POINT) == g.forward(**POINT)
    assert traced.backward() == g.backward()
    assert traced.tangent(w1=1.0) == g.tangent(w1=1.0)


def test_gradients_add_up_where_a_wire_branches():
    g = hb.Graph()
    x = g.input("x")
    a, b = g.name("a", x * 2.0), g.name("b", x * x)
    g.output(a * b)
    g.forward(x=3.0)
    assert g.backward() == {"x": 2.0 * 9.0 + 2 * 3.0 * 6.0}
    assert (g["a"].gradient, g["b"].gradient) == (9.0, 6.0)


def test_one_wire_into_both_sides_of_a_gate():
    g = hb.Graph()
    x = g.input("x")
    g.output(x * x)
    g.forward(x=3.0)
    assert g.backward() == {"x": 6.0}
    assert g["multiply"].local_gradients == (3.0, 3.0)
    assert g.tangent(x=1.0) == 6.0


def test_an_upstream_gradient_from_outside():
    g = by_hand()
    g.forward(x=-2.0, y=5.0, z=-4.0)
    assert g.backward(upstream=2.0) == {"x": -8.0, "y": -8.0, "z": 6.0}
    assert g.backward() == {"x": -4.0, "y": -4.0, "z": 3.0}


def test_values_can_be_given_by_position_or_by_name():
    g = by_hand()
    assert g.forward(-2.0, 5.0, -4.0) == g.forward(-2.0, z=-4.0, y=5.0) == -12.0
    with pytest.raises(GraphError, match=r"4 values .* 3 arguments"):
        g.forward(1.0, 2.0, 3.0, 4.0)
    with pytest.raises(GraphError, match="x twice"):
        g.forward(1.0, x=2.0, y=1.0, z=1.0)


# Views of nodes ------------------------------------------------------------------


def test_node_views():
    g = hb.Graph.trace(lambda x, w: np.tanh(x @ w), X, np.ones(3))
    product, out = g["matmul"], g["tanh"]
    assert (out.gate, out.shape, out.dtype) == ("tanh", (2,), np.float64)
    assert [n.name for n in product.inputs] == ["x", "w"]
    assert out.value is out.gradient is out.tangent is None
    g.forward(X, np.ones(3))
    np.testing.assert_array_equal(product.value, X.sum(axis=1))
    assert out.gradient is None
    g.backward(np.ones(2))
    np.testing.assert_allclose(product.gradient, 1 - np.tanh(X.sum(axis=1)) ** 2)
    assert "node tanh" in repr(out)
    with pytest.raises(GraphError, match="no node named 'nope'"):
        g["nope"]


def test_local_gradients_keep_their_structure():
    g = hb.Graph.trace(lambda x, w: np.tanh(x @ w), X, np.ones(3))
    with pytest.raises(GraphError, match="forward"):
        g["tanh"].local_gradients  # noqa: B018
    g.forward(X, np.ones(3))
    (diagonal,) = g["tanh"].local_gradients
    assert isinstance(diagonal, Diagonal)
    by_x, by_w = g["matmul"].local_gradients
    assert isinstance(by_x, Operator)
    np.testing.assert_allclose(by_w @ np.array([1.0, 0, 0]), X[:, 0])
    np.testing.assert_allclose(np.asarray(by_w), X)
    np.testing.assert_allclose(by_x.todense().shape, (2, 2, 3))


def test_a_node_that_the_output_does_not_see_has_gradient_zero():
    g = hb.Graph()
    x, y = g.input("x", (3,)), g.input("y", (2,))
    g.output(x.sum())
    g.forward(np.ones(3), np.ones(2))
    found = g.backward()
    np.testing.assert_array_equal(found["y"], np.zeros(2))
    np.testing.assert_array_equal(g["y"].gradient, np.zeros(2))
    assert y.shape == (2,)


def test_a_new_forward_sweep_forgets_the_old_gradients():
    g = by_hand()
    g.forward(-2.0, 5.0, -4.0)
    g.backward()
    g.tangent(x=1.0)
    g.forward(1.0, 1.0, 1.0)
    assert g["q"].gradient is None
    assert g["q"].tangent is None
    assert g.backward() == {"x": 1.0, "y": 1.0, "z": 2.0}


def test_results_are_copies():
    g = hb.Graph.trace(lambda x: (x + x, x * x), X)
    first, second = g.forward(X)
    first *= 0
    second *= 0
    seeds = (np.ones((2, 3)), np.ones((2, 3)))
    gradient = g.backward(seeds)["x"]
    np.testing.assert_array_equal(gradient, 2 + 2 * X)
    gradient *= 0
    np.testing.assert_array_equal(g["x"].gradient, 2 + 2 * X)
    moved = g.tangent(x=np.ones((2, 3)))[0]
    moved *= 0
    np.testing.assert_array_equal(g["add"].tangent, np.full((2, 3), 2.0))


# Containers ----------------------------------------------------------------------


def test_containers_in_and_out():
    net = {"layers": [X, (2.0, None)], "name": "net"}
    g = hb.Graph.trace(
        lambda net, scale: {"a": net["layers"][0] * scale, "b": (net["layers"][1][0],)},
        net,
        scale=3.0,
    )
    out = g.forward(net, scale=3.0)
    np.testing.assert_array_equal(out["a"], 3 * X)
    assert out["b"] == (2.0,)
    found = g.backward({"b": (5.0,), "a": np.ones((2, 3))})
    np.testing.assert_array_equal(found["net"]["layers"][0], np.full((2, 3), 3.0))
    assert found["net"]["layers"][1] == (5.0, None)
    assert found["scale"] == X.sum()


@pytest.mark.parametrize("build", ["by hand", "traced"])
def test_several_outputs_take_upstream_by_name(build):
    if build == "traced":
        g = hb.Graph.trace(lambda x: {"a": 1 * x, "b": 10 * x}, x=1.0)
    else:
        g = hb.Graph()
        x = g.input("x")
        g.output(a=1 * x, b=10 * x)
    assert g.forward(x=1.0) == {"a": 1.0, "b": 10.0}
    assert g.backward({"b": 0.0, "a": 1.0}) == {"x": 1.0}
    assert g.backward({"a": 0.0, "b": 1.0}) == {"x": 10.0}
    assert g.tangent(x=2.0) == {"a": 2.0, "b": 20.0}
    for wrong in (1.0, {"a": 1.0}, {"a": 1.0, "c": 1.0}, [1.0, 1.0]):
        with pytest.raises(ShapeError, match="for the outputs"):
            g.backward(wrong)


# Refusals ------------------------------------------------------------------------


def test_sweeps_need_values_first():
    g = by_hand()
    with pytest.raises(GraphError, match="backward needs the values that forward"):
        g.backward()
    with pytest.raises(GraphError, match="tangent needs the values"):
        g.tangent(x=1.0)


def test_scalar_inputs_of_other_dtypes_keep_them():
    g = hb.Graph()
    x, y = g.input("x", dtype=np.float32), g.input("y", dtype=np.float32)
    g.output(x * y)
    assert type(g.forward(x=2.0, y=3.0)) is np.float32
    assert type(g.backward()["x"]) is np.float32


def test_missing_and_unknown_inputs():
    g = by_hand()
    with pytest.raises(GraphError, match="forward needs values for y, z"):
        g.forward(x=1.0)
    with pytest.raises(GraphError, match="no input 'w'") as caught:
        g.forward(x=1.0, y=1.0, z=1.0, w=1.0)
    assert "x, y, z" in str(caught.value)
    g.forward(1.0, 1.0, 1.0)
    with pytest.raises(GraphError, match="no input 'w'"):
        g.tangent(w=1.0)


def test_wrong_shapes_and_dtypes():
    g = hb.Graph.trace(lambda x: x * 2, X)
    with pytest.raises(ShapeError, match=r"x is float64\[3\].*float64\[2, 3\]"):
        g.forward(X[0])
    with pytest.raises(DTypeError, match=r"value of x is complex128"):
        g.forward(X * 1j)
    assert g.forward(X.astype(int)).dtype == np.float64
    assert g.forward(X.astype(np.float32)).dtype == np.float64
    with pytest.raises(ShapeError, match="tangent of x"):
        g.tangent(x=1.0)
    with pytest.raises(ShapeError, match=r"float64\[\].*float64\[2, 3\]"):
        g.backward()
    counts = hb.Graph.trace(lambda n: n * 2, np.int32(3))
    assert counts.forward(5) == 10
    with pytest.raises(DTypeError, match="value of n is float64"):
        counts.forward(1.5)


def test_arguments_that_are_no_numbers_stay_what_they_were():
    g = hb.Graph.trace(lambda x, kind: x if kind == "a" else -x, 1.0, "a")
    assert g.forward(2.0, "a") == g.forward(2.0) == 2.0
    with pytest.raises(GraphError, match="traced with kind = 'a', not 'b'"):
        g.forward(2.0, "b")


def test_integer_inputs_have_no_gradient():
    g = hb.Graph.trace(lambda x, n: x * n, 2.0, 3)
    assert g.forward(2.0, 3) == 6.0
    assert g.backward() == {"x": 3.0}


def test_integers_beside_floats_in_one_container():
    g = hb.Graph.trace(lambda p: p["x"] * p["n"], {"x": 2.0, "n": 3})
    g.forward({"x": 2.0, "n": 3})
    assert g.backward() == {"p": {"x": 3.0, "n": None}}


def test_building_is_checked():
    g = hb.Graph()
    x = g.input("x")
    for name in ("x", "not a name", "1"):
        with pytest.raises(GraphError, match="new identifier"):
            g.input(name)
    with pytest.raises(GraphError, match="no output"):
        g.forward(x=1.0)
    with pytest.raises(GraphError, match="not of this graph"):
        g.name("y", 3.0)
    other = hb.Graph().input("x")
    with pytest.raises(GraphError, match="not of this graph"):
        g.name("y", other)
    with pytest.raises(GraphError, match="not a value of this graph"):
        g.output(other)
    with pytest.raises(GraphError, match="another node"):
        g.name("x", x * 2)


def test_a_graph_that_was_used_is_finished():
    g = hb.Graph()
    x = g.input("x")
    g.output(x * 2)
    g.forward(x=1.0)
    with pytest.raises(GraphError, match="once it has been used"):
        g.input("y")
    with pytest.raises(TraceError, match="after its trace had ended"):
        x + 1


def test_branches_show_the_users_line():
    g = hb.Graph()
    x = g.input("x")
    with pytest.raises(TraceError, match=r"assert x > 0"):
        assert x > 0
    with pytest.raises(TraceError, match="Python branch"):
        hb.Graph.trace(lambda x: x if x > 0 else -x, 1.0)


# Text and cost -------------------------------------------------------------------


def test_table():
    g = by_hand()
    g.forward(-2.0, 5.0, -4.0)
    g.backward()
    assert g.table().splitlines() == [
        "node      gate      inputs  shape   value  gradient",
        "x         input             scalar  -2     -4",
        "y         input             scalar  5      -4",
        "z         input             scalar  -4     3",
        "q         add       x, y    scalar  3      -4",
        "multiply  multiply  q, z    scalar  -12    1",
    ]


def test_table_of_arrays_and_without_values():
    g = hb.Graph.trace(lambda x: x[:0].sum() + (x * 1j).sum(), X)
    assert " - " in g.table()
    g.forward(X)
    lines = g.table().splitlines()
    assert any("-1 .. 2" in line for line in lines)
    assert any("..." in line for line in lines)


def test_text_and_repr():
    g = by_hand()
    assert str(g) == (
        "graph(x: float64[] weak, y: float64[] weak, z: float64[] weak)\n"
        "q = add(x, y) : float64[] weak\n"
        "multiply = multiply(q, z) : float64[] weak\n"
        "return f = multiply\n"
    )
    assert repr(g) == "<Graph of 5 nodes>"


def test_cost_of_both_sweeps():
    cost = by_hand().cost()
    assert (cost.forward, cost.backward) == (2, 2)
    assert cost.ratio == 2.0
    product = hb.Graph.trace(lambda x, w: (x @ w).sum(), X, np.ones((3, 4))).cost()
    assert product.forward == 2 * 2 * 3 * 4 + 2 * 4
    assert product.backward <= 2 * (2 * 2 * 3 * 4) + 4 * 8
    assert product.forward_bytes > 0
    assert product.backward_bytes > 0


def test_sweeps_on_a_long_chain():
    g = hb.Graph()
    x = value = g.input("x")
    for _ in range(20_000):
        value = value + 1.0
    g.output(value)
    assert g.forward(x=0.0) == 20_000.0
    assert g.backward() == {"x": 1.0}
    assert g.tangent(x=2.0) == 2.0
    assert x.shape == ()
