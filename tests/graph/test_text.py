"""Text and back: equal graphs give equal texts, and no text is run as code."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hubel as hb
from hubel.errors import GateError, GraphError
from hubel.graph.evaluate import evaluate
from hubel.graph.text import from_text, to_text
from hubel.graph.verify import verify

X = np.arange(6.0).reshape(2, 3) - 2.5

PROGRAMS = {
    "weak numbers": lambda x: np.tanh(x) * 2 + 1.5,
    "axes and flags": lambda x: x.sum(axis=0, keepdims=True) / x.max(),
    "dtypes": lambda x: x.astype(np.float32).astype(int) % 2,
    "slices": lambda x: x[::-1, 1:] + x[0, 2] + x[..., None][0, :2, 0],
    "picked by arrays": lambda x: x[:, np.array([2, 0])],
    "choices": lambda x: np.where(x > 0, x, -np.inf),
    "not a number": lambda x: np.where(x > 0, x, np.nan) * complex("nan+infj"),
    "complex": lambda x: x * (1 + 2j) - 3j,
    "layout": lambda x: (x.T.reshape(-1), np.concatenate([x, x], axis=1)),
    "products": lambda x: x @ x.T + np.einsum("ij,kj->ik", x, x),
    "equal elements": lambda x: x + np.broadcast_to(0.5, (2, 3)),
    "nothing": lambda x: x[:0],
    "the input": lambda x: {"same": x, "twice": (x, x)},
    "bools": lambda x: x * np.array([True, False, True]),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_text_and_back(name):
    graph = hb.Graph.trace(PROGRAMS[name], X).core
    text = to_text(graph)
    again = from_text(text)
    verify(again)
    assert to_text(again) == text
    for output, node in graph.outputs.items():
        with np.errstate(all="ignore"):
            expected = evaluate(graph, {"x": X})[node]
            found = evaluate(again, {"x": X})[again.outputs[output]]
        np.testing.assert_array_equal(found, expected)
        assert np.asarray(found).dtype == np.asarray(expected).dtype


def test_text_is_readable():
    assert str(hb.Graph.trace(lambda x, w: np.tanh(x @ w + 1), X, np.ones(3))) == (
        "graph(x: float64[2, 3], w: float64[3])\n"
        "matmul = matmul(x, w) : float64[2]\n"
        "c_1 = constant(1) : int64[] weak\n"
        "add = add(matmul, c_1) : float64[2]\n"
        "tanh = tanh(add) : float64[2]\n"
        "return out = tanh\n"
    )


def test_containers_are_paths():
    nets = {"layers": [X, 2 * X], "scale": 3.0}
    graph = hb.Graph.trace(
        lambda net: net["layers"][0] * net["scale"] + net["layers"][1], nets
    ).core
    assert list(graph.inputs) == ["net.layers.0", "net.layers.1", "net.scale"]
    assert to_text(from_text(to_text(graph))) == to_text(graph)


def test_large_constants_are_shown_by_shape_and_cannot_be_read():
    text = str(hb.Graph.trace(lambda x: x + np.arange(30.0).reshape(10, 1, 3), X))
    assert "constant(...) : float64[10, 1, 3]" in text
    with pytest.raises(GraphError, match="not written out"):
        from_text(text)


HEAD = "graph(x: float64[3])\n"
BROKEN = {
    "empty": ("", "begins with"),
    "no head": ("return out = x", "begins with"),
    "no end": (HEAD + "y = tanh(x) : float64[3]", "ends with"),
    "unknown name": (HEAD + "y = tanh(z) : float64[3]\nreturn out = y", "no z"),
    "unknown output": (HEAD + "return out = y", "no y"),
    "wrong shape": (HEAD + "y = tanh(x) : float64[4]\nreturn out = y", "gives"),
    "wrong dtype": (HEAD + "y = tanh(x) : float32[3]\nreturn out = y", "gives"),
    "no such dtype": (HEAD + "y = tanh(x) : nope[3]\nreturn out = y", "nope"),
    "name twice": (
        HEAD + "y = tanh(x) : float64[3]\ny = sin(x) : float64[3]\nreturn out = y",
        "another y",
    ),
    "no line": (HEAD + "nonsense\nreturn out = x", "nonsense"),
    "no call": (HEAD + "y = tanh(x)) : float64[3]\nreturn out = y", "read"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_text_is_refused_with_its_line(name):
    text, message = BROKEN[name]
    with pytest.raises(GraphError, match=message):
        from_text(text)


def test_an_unknown_gate_is_refused():
    with pytest.raises(GateError, match="no gate named 'nope'"):
        from_text(HEAD + "y = nope(x) : float64[3]\nreturn out = y")


@pytest.mark.parametrize(
    "line",
    [
        "y = constant(__import__('os').getcwd()) : float64[3]",
        "y = tanh(__import__('os').getcwd()) : float64[3]",
        "y = sum(x, axis=__import__('os').getpid()) : float64[]",
        "y = sum(x, axis=(lambda: 0)()) : float64[]",
    ],
)
def test_text_is_data_and_never_run(line, monkeypatch):
    monkeypatch.setattr("os.getcwd", lambda: pytest.fail("the text was run"))
    with pytest.raises(GraphError, match=r"literal|not a name|read"):
        from_text(f"{HEAD}{line}\nreturn out = y")


@given(st.text(alphabet="graph(x: flot64[3])\n=y,.tn 1", max_size=80))
def test_any_text_gives_a_graph_or_an_error_of_ours(text):
    try:
        from_text(text)
    except (GraphError, GateError):
        return
