"""Row 16: the neuron as a graph, with the numbers that the slide prints."""

import json

import pytest

from hubel.transforms.expression import expression

FORMULA = "1 / (1 + exp(-(w0*x0 + w1*x1 + w2)))"
VALUES = {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0}


def written(**options):
    drawn = expression(FORMULA, VALUES).draw(**options)
    return {
        s["name"]: (s["value"].replace("−", "-"), s["gradient"].replace("−", "-"))
        for s in json.loads(drawn.to_json())["stations"]
    }


def test_the_numbers_on_every_wire():
    wires = written()
    assert wires["w0"] == ("2.00", "-0.20")
    assert wires["x0"] == ("-1.00", "0.39")
    assert wires["w1"] == ("-3.00", "-0.39")
    assert wires["x1"] == ("-2.00", "-0.59")
    assert wires["w2"] == ("-3.00", "0.20")
    assert wires["exp"] == ("0.37", "-0.53")
    assert wires["divide"] == ("0.73", "1.00")


def test_the_numbers_as_the_slide_rounds_them():
    wires = written(rounding="slide")
    assert wires["x0"] == ("-1.00", "0.40")
    assert wires["w1"] == ("-3.00", "-0.40")
    assert wires["x1"] == ("-2.00", "-0.60")
    assert wires["add_3"] == ("1.37", "-0.53")


def test_the_neuron_is_its_firing_rate():
    graph = expression("sigmoid(w0*x0 + w1*x1 + w2)", VALUES)
    assert graph.nodes[-1].value == pytest.approx(0.7311, abs=1e-4)
    assert graph["w0"].gradient == pytest.approx(-0.1966, abs=1e-4)
