"""Rooflines: dots where their numbers say, areas by time, names that do not collide."""

from __future__ import annotations

import itertools
import math
import re
import xml.etree.ElementTree as ElementTree

import pytest

from hubel.errors import OptionError
from hubel.view import Dot, roofline

SVG = "{http://www.w3.org/2000/svg}"
LIMITS = {"peaks": [("float32", 100.0)], "bandwidths": [("memory", 10.0)]}


def dots_of(picture):
    """Return (x, y, hover text) of every dot that stands for a piece."""
    found = []
    for path in ElementTree.fromstring(picture).iter(f"{SVG}path"):
        tip = path.find(f"{SVG}title")
        if path.get("class") == "dot" and tip is not None:
            x, y = re.findall(r"[\d.]+", path.get("transform"))
            found.append((float(x), float(y), tip.text))
    return found


def names_of(picture):
    """Return (height, text) of every name."""
    texts = ElementTree.fromstring(picture).iter(f"{SVG}text")
    return [(float(t.get("y")), t.text) for t in texts if t.get("class") == "name"]


def test_a_dot_lies_where_its_rate_and_intensity_are():
    pieces = [
        Dot("slow", "kernel", 1e6, 1e6, 1e-3),
        Dot("fast", "kernel", 1e7, 1e6, 1e-3),
        Dot("dense", "kernel", 1e6, 1e5, 1e-3),
    ]
    places = {tip.split(":")[0]: (x, y) for x, y, tip in dots_of(picture_of(pieces))}
    (x0, y0), (x1, y1), (x2, y2) = (places[n] for n in ("slow", "fast", "dense"))
    assert y2 == y0, "the same rate"
    assert x1 == x2, "the same intensity"
    assert x1 - x0 == pytest.approx(378 / 3, abs=0.02), "a decade of three"
    assert y1 < y0


def picture_of(pieces):
    return roofline(pieces, **LIMITS)


@pytest.mark.parametrize(("kind", "pattern"), [("product", r"h([\d.]+)v([\d.]+)")])
def test_the_area_is_the_share_of_the_time(kind, pattern):
    pieces = [Dot("one", kind, 1e6, 1e6, 3e-3), Dot("two", kind, 2e6, 1e6, 1e-3)]
    areas = {}
    for path in ElementTree.fromstring(picture_of(pieces)).iter(f"{SVG}path"):
        tip = path.find(f"{SVG}title")
        if tip is not None:
            width, height = re.search(pattern, path.get("d")).groups()
            areas[tip.text.split(":")[0]] = float(width) * float(height)
    assert areas["one"] / areas["two"] == pytest.approx(3, rel=0.02)
    assert sum(areas.values()) == pytest.approx(math.pi * 15**2, rel=0.02)


def test_names_do_not_cover_each_other():
    pieces = [Dot(f"piece {i}", "kernel", 1e6, 1e6, 1e-3) for i in range(9)]
    heights = sorted(y for y, _ in names_of(picture_of(pieces)))
    assert len(heights) == 9
    assert min(b - a for a, b in itertools.pairwise(heights)) >= 15


def test_the_longest_are_named_and_all_are_told():
    pieces = [Dot(f"piece {i}", "NumPy", 1e6, 1e6, 1e-3 * (i + 1)) for i in range(14)]
    picture = picture_of(pieces)
    named = {name for _, name in names_of(picture)}
    assert named == {f"piece {i}" for i in range(4, 14)}
    assert len(dots_of(picture)) == 14
    told = ElementTree.fromstring(picture).find(f"{SVG}desc").text
    assert all(f"{each.name}: " in told for each in pieces)


def test_what_computes_nothing_is_counted():
    pieces = [Dot("copy", "kernel", 0, 1e6, 1e-3), Dot("add", "kernel", 1, 8, 1e-9)]
    picture = picture_of(pieces)
    assert len(dots_of(picture)) == 1
    assert "1 without arithmetic not drawn" in picture


def test_nothing_to_draw_is_the_roofs_alone():
    picture = picture_of([])
    assert dots_of(picture) == []
    assert "memory 10 GB/s" in picture
    assert "float32 at most 100" in picture


def test_names_are_escaped():
    picture = picture_of([Dot("a<b>&c", "kernel", 1e6, 1e6, 1e-3)])
    assert "a&lt;b&gt;&amp;c" in picture


@pytest.mark.parametrize(
    "change", [{"peaks": []}, {"bandwidths": []}, {"peaks": [("float32", 0.0)]}]
)
def test_a_roofline_needs_roofs(change):
    with pytest.raises(OptionError, match="positive peak"):
        roofline([], **{**LIMITS, **change})
