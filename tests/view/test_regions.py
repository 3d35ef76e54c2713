"""Decision regions: the right areas, all points, and a grid that fits."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from hubel.errors import OptionError, ShapeError
from hubel.view import Region, raster, regions


def region(first, points=((0.5, 0.5),), labels=(0,), caption="90 %"):
    return Region(np.array(first), np.array(points), np.array(labels), caption)


def area(data):
    """Add up the rectangles of a path."""
    sizes = re.findall(r"h([\d.]+)v([\d.]+)h-", data)
    return sum(float(a) * float(b) for a, b in sizes)


def test_areas_are_those_of_the_classes():
    first = np.full((8, 8), 0.2)
    first[:, :2] = 0.99
    first[:, 2:4] = 0.7
    root = ET.fromstring(regions([[region(first)]], rows=["r"], columns=["c"]))
    paths = {e.get("class"): e.get("d") for e in root.iter() if e.get("d")}
    whole = 168.0**2
    assert area(paths["wrong2"]) == pytest.approx(whole / 2, rel=0.03)
    assert area(paths["right4"]) == pytest.approx(whole / 4, rel=0.03)
    assert "wrong4" not in paths


def test_points_outside_are_left_out_and_classes_have_shapes():
    points = [(0.1, 0.9), (0.5, 0.5), (1.5, 0.5), (0.2, 0.2)]
    one = region(np.ones((4, 4)), points, [0, 0, 0, 1])
    root = ET.fromstring(regions([[one]], rows=["r"], columns=["c"]))
    dots = [e.get("d") for e in root.iter() if e.get("class") == "dot"]
    assert [d.count("M") for d in dots] == [2, 1]
    assert "a3 3" in dots[0]
    assert "a3 3" not in dots[1]


def test_a_grid_names_its_rows_and_columns():
    line = [region(np.ones((4, 4)), caption=f"net {k}") for k in range(3)]
    picture = regions([line, line], rows=["3 hidden", "6 hidden"], columns="abc")
    assert picture.count(">net 1<") == 2
    assert "6 hidden, b: net 1." in picture
    assert raster(picture)[1:4] == b"PNG"


def test_what_makes_no_grid():
    one = region(np.ones((4, 4)))
    with pytest.raises(OptionError, match="no decision regions"):
        regions([], rows=[], columns=[])
    with pytest.raises(OptionError, match="2 rows"):
        regions([[one]], rows=["a", "b"], columns=["c"])
    with pytest.raises(ShapeError, match="no square"):
        regions([[region(np.ones((4, 3)))]], rows=["a"], columns=["c"])
    with pytest.raises(ShapeError, match="2 labels"):
        regions([[region(np.ones((4, 4)), labels=(0, 1))]], rows=["a"], columns=["c"])
