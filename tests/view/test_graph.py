"""Graphs as drawings: nothing overlaps, chains are straight, few wires cross."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest

from hubel.errors import GraphError
from hubel.view import Diagram, Inside, Station, Step, graph, graph_page
from hubel.view._columns import Columns, arrange, crossings
from hubel.view._placed import LINE, lay_out
from hubel.view._svg import text_width


def some_graph(seed, count=30, wide=3):
    """Make a random graph of stations, each of one to `wide` earlier ones."""
    rng = np.random.default_rng(seed)
    stations = [Station(f"x{i}", "input", value="1.00") for i in range(3)]
    while len(stations) < count:
        near = rng.integers(max(0, len(stations) - 9), len(stations), wide)
        inputs = tuple(int(i) for i in near[: rng.integers(1, wide + 1)])
        stations.append(
            Station("+", inputs=inputs, value="12.34", gradient="−0.56", shape="2 × 3")
        )
    return Diagram(tuple(stations))


def boxes(placed):
    """List the rectangles of stations and of the texts on their wires."""
    found = []
    for station, p in zip(placed.diagram.stations, placed.places, strict=True):
        found.append((p.left, p.y - p.tall / 2, p.right, p.y + p.tall / 2))
        texts = (station.value, station.gradient, station.shape)
        wide = max(text_width(text) for text in texts)
        above = LINE * (bool(station.value) + bool(station.shape))
        low = p.y + LINE * bool(station.gradient)
        if wide:
            found.append((p.right + 6, p.y - above, p.right + 6 + wide, low))
    return found


@pytest.mark.parametrize("seed", range(6))
def test_no_station_and_no_text_overlaps_another(seed):
    placed = lay_out(some_graph(seed))
    for a, b in itertools.combinations(boxes(placed), 2):
        apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
        assert apart, (a, b)
    for left, top, right, bottom in boxes(placed):
        assert left >= 0
        assert top >= 0
        assert right <= placed.width
        assert bottom <= placed.height


@pytest.mark.parametrize("seed", range(6))
def test_wires_pass_no_station_and_no_text(seed):
    placed = lay_out(some_graph(seed))
    for (source, reader, _), curve in placed.curves.items():
        for (x0, y0), (x1, y1) in itertools.pairwise(curve):
            for left, top, right, bottom in boxes(placed):
                if x1 <= left + 1 or x0 >= right - 1:
                    continue
                assert not (y0 == y1 and top < y0 < bottom), (source, reader)


def test_chains_are_straight():
    chain = [Station("x", "input")]
    chain += [Station("tanh", inputs=(i,), value="0.5") for i in range(12)]
    placed = lay_out(Diagram(tuple(chain)))
    assert len({place.y for place in placed.places}) == 1


def test_long_wires_are_straight_between_their_ends():
    chain = [Station("x", "input"), Station("y", "input"), Station("f", inputs=(1,))]
    chain += [Station("f", inputs=(i,)) for i in range(2, 6)]
    chain += [Station("+", inputs=(0, 6))]
    curve = lay_out(Diagram(tuple(chain))).curves[0, 7, 0]
    assert len({y for _, y in curve[1:-1]}) <= 1


def test_few_wires_cross():
    # Every order of the middle column, by brute force.
    inputs = tuple(Station(name, "input") for name in "abcd")
    gates = tuple(Station("+", inputs=pair) for pair in ((2, 3), (0, 1), (1, 2)))
    columns = arrange(Diagram((*inputs, *gates)))
    fewest = min(
        crossings(replace(columns, columns=[list(left), list(right)]))
        for left in itertools.permutations(range(4))
        for right in itertools.permutations(range(4, 7))
    )
    assert crossings(columns) == fewest == 0


@pytest.mark.parametrize("seed", range(4))
def test_crossings_are_counted_as_pairs_of_pieces_that_cross(seed):
    columns = arrange(some_graph(seed))
    found = 0
    for left, right in itertools.pairwise(columns.columns):
        pieces = [
            (left.index(v), right.index(r)) for v in left for r in columns.right[v]
        ]
        found += sum(
            (a[0] - b[0]) * (a[1] - b[1]) < 0
            for a, b in itertools.combinations(pieces, 2)
        )
    assert crossings(columns) == found


def test_no_wires_no_crossings():
    assert crossings(Columns([[0], [1]], [[], []], [[], []], 2, {})) == 0


def test_the_same_graph_is_the_same_text():
    assert graph(some_graph(1)) == graph(some_graph(1))
    assert graph(some_graph(1)) != graph(some_graph(2))


def test_names_are_escaped_and_the_drawing_is_well_formed():
    evil = '<script>alert("1")</script>&'
    x = Station(evil, "input", value=evil, name=evil, notes=(evil,))
    drawn = graph(Diagram((x, Station(evil, inputs=(0,), output=evil)), title=evil))
    assert "<script" not in drawn
    ET.fromstring(drawn)


def test_wires_only_run_forward():
    with pytest.raises(GraphError, match=r"station 0 \('\+'\) has inputs \(0,\)"):
        Diagram((Station("+", inputs=(0,)),))


def test_branches_write_what_each_adds():
    x = Station("x", "input", value="1.50", gradient="3.00")
    gates = (
        Station("sin", inputs=(0,), partials=("1.25",)),
        Station("cos", inputs=(0,), partials=("1.75",)),
    )
    assert "1.25" not in graph(Diagram((x, *gates)))
    assert "1.75" in graph(Diagram((x, *gates), branches=True))


def test_a_page_plays_and_says_every_step():
    whole = some_graph(3, count=6)
    steps = [Step("forward", 4, "a <b> c", ("1 × 2 = 2",), (0, 4), (1,))]
    page = graph_page(whole, steps, [Inside(4, some_graph(4, count=5))])
    body = page.partition("\n")[2]
    tree = ET.fromstring(body)
    item = next(tree.iter("li"))
    assert item.attrib == {
        "data-way": "forward",
        "data-station": "4",
        "data-values": "0 4",
        "data-gradients": "1",
    }
    assert "a &lt;b&gt; c" in page
    policy = next(m for m in tree.iter("meta") if "http-equiv" in m.attrib)
    assert "script-src 'sha256-" in policy.attrib["content"]
    assert "default-src 'none'" in policy.attrib["content"]
