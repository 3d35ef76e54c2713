"""`Graph.draw`: what is written on the wires, and what is saved."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import hubel as hb
from hubel.errors import GraphError, OptionError
from hubel.transforms.expression import expression
from hubel.transforms.signs import amount, number


def neuron(w0, x0, w1, x1, w2):
    return 1 / (1 + np.exp(-(w0 * x0 + w1 * x1 + w2)))


VALUES = {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0}


def swept(f, *args, **values):
    graph = hb.Graph.trace(f, *args, **values)
    graph.forward(*args, **values)
    graph.backward()
    return graph


def stations(drawing):
    return json.loads(drawing.to_json())["stations"]


def test_before_a_sweep_no_numbers_are_written():
    found = stations(hb.Graph.trace(neuron, **VALUES).draw())
    assert {s["value"] for s in found} == {s["gradient"] for s in found} == {""}


def test_constants_stand_in_their_gates():
    labels = [s["label"] for s in stations(swept(neuron, **VALUES).draw())]
    assert labels[5:] == ["×", "×", "+", "+", "×−1", "exp", "+1", "1/x"]


def test_layers_of_a_large_graph_are_collapsed_and_open_in_the_page():
    def long(x):
        for _ in range(200):
            x = np.sin(x) + 0.5 * x
        return x

    graph = swept(long, 1.0)
    found = stations(graph.draw())
    assert len(found) <= 300
    assert [s["kind"] for s in found][:2] == ["input", "layer"]
    assert "np.sin(x)" in found[1]["label"]
    assert found[-1]["gradient"] == "1.00"
    assert graph.draw().page.count("<details") == len(found) - 1
    assert len(stations(graph.draw(limit=10_000))) == 601


def test_arrays_show_shape_and_range():
    x = np.arange(6.0).reshape(2, 3)
    first, gate = stations(swept(lambda x: x.sum(), x).draw())
    assert (first["shape"], first["value"]) == ("2 × 3", "2.50 [0.00, 5.00]")
    assert first["gradient"] == "1.00 [1.00, 1.00]"
    assert (gate["shape"], gate["value"]) == ("", "15.00")


def test_whole_numbers_have_no_gradient():
    found = stations(swept(lambda x, n: x * n, 2.0, 3).draw())
    assert [s["gradient"] for s in found] == ["3.00", "", "1.00"]


def test_branches_add_up_to_the_gradient():
    graph = swept(lambda x: np.sin(x) + x * x, 1.5)
    drawn = graph.draw(branches=True, digits=6).shown.diagram
    parts = [p for s in drawn.stations for p in s.partials if s.inputs[0] == 0]
    total = sum(float(p.replace("−", "-")) for p in parts)
    assert total == pytest.approx(np.cos(1.5) + 3.0, abs=1e-5)


def test_slides_round_numbers_of_one_output_only():
    with pytest.raises(OptionError, match="graphs of numbers"):
        swept(lambda x: x.sum(), np.ones(3)).draw(rounding="slide")
    with pytest.raises(OptionError, match="rounding is 'paper'"):
        swept(neuron, **VALUES).draw(rounding="paper")  # type: ignore[arg-type]
    with pytest.raises(GraphError, match="forward sweep"):
        hb.Graph.trace(neuron, **VALUES).draw(rounding="slide")


@pytest.mark.parametrize("wrong", [{"digits": -1}, {"digits": 18}, {"limit": 0}])
def test_options_have_their_ranges(wrong):
    with pytest.raises(OptionError):
        swept(neuron, **VALUES).draw(**wrong)


@pytest.mark.parametrize("ending", [".svg", ".html", ".dot", ".json", ".mmd"])
def test_it_is_saved(ending, tmp_path):
    drawing = swept(neuron, **VALUES).draw()
    drawing.save(tmp_path / f"x{ending}")
    text = (tmp_path / f"x{ending}").read_text(encoding="utf-8")
    assert "exp" in text
    with pytest.raises(OptionError, match=r"\.svg"):
        drawing.save(tmp_path / "x.bmp")


def test_it_is_saved_as_pixels(tmp_path):
    swept(neuron, **VALUES).draw().save(tmp_path / "x.png")
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")


def test_a_notebook_shows_picture_and_text():
    graph = swept(neuron, **VALUES)
    for shown in (graph, graph.draw()):
        bundle = shown._repr_mimebundle_()
        ET.fromstring(bundle["image/svg+xml"])
        assert bundle["text/plain"] == repr(shown)


def test_the_page_tells_upstream_times_local():
    page = swept(lambda x, y: x * y, 3.0, -4.0).draw().page
    assert "to x: 1.00 × −4.00 = −4.00" in page
    assert "to y: 1.00 × 3.00 = 3.00" in page
    matrix = swept(lambda w, x: (w @ x).sum(), np.ones((3, 2)), np.ones(2)).draw().page
    assert "kronecker Jacobian (3) × (3 × 2)" in matrix


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1234.5, "1234.50"),
        (1e6, "1.0e6"),
        (-1e-7, "−1.0e−7"),
        (float("inf"), "∞"),
        (float("nan"), "nan"),
        (True, "true"),
        (1 - 2j, "1.00 − 2.00i"),
        (-0.004, "−4.0e−3"),
    ],
)
def test_numbers(value, written):
    assert number(value, 2) == written


def test_amounts():
    assert amount(np.zeros((0, 2)), 2) == "empty"
    assert amount(np.array([True, False]), 2) == "1 of 2 true"
    assert amount(np.array([1.0, np.inf]), 2) == "1 of 2 not finite"


EVIL = [
    "__import__('os').system('true')",
    "x.__class__",
    "[x for x in (1,)]",
    "lambda: 1",
    "x if x else y",
    "x[0]",
    "f'{x}'",
    "x == x",
    "(x := 2)",
    "True * x",
    "'a' * x",
    "max(x)",
    "exp(x=x)",
    "exp(*x)",
    "exp.run(x)",
    "x @ x",
    "x // 2",
    "",
    "x +",
    "\x00",
    "-" * 500 + "x",
    "(" * 3000,
    "x" * 5000,
]


@pytest.mark.parametrize("text", EVIL, ids=range(len(EVIL)))
def test_what_is_no_formula_is_refused(text):
    with pytest.raises(GraphError) as caught:
        expression(text, {"x": 1.0})
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("text", ["1/self", "log(self)", "self**-1"])
def test_infinite_values_are_rounded_too(text):
    drawing = expression(text, {"self": 0.001}).draw(rounding="slide")
    assert "∞" in drawing.svg


def test_formulas():
    graph = expression("relu(x)**2 + max(y, e) * -pi", {"x": 3.0, "y": 1.0})
    out = graph.nodes[-1]
    assert out.value == pytest.approx(9 - np.e * np.pi)
    assert graph["x"].gradient == 6.0
    assert graph["y"].gradient == 0.0
    infinite = expression("9**9**9**9 * x", {"x": 1.0})
    assert infinite.nodes[-1].value == np.inf


def test_a_name_of_a_constant_may_be_given():
    assert expression("e * x", {"e": 2.0, "x": 3.0}).nodes[-1].value == 6.0
