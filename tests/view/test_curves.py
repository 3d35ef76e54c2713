"""Line charts: what they draw, and that gaps stay gaps."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubel.errors import OptionError, ShapeError
from hubel.view import curves

SVG = "{http://www.w3.org/2000/svg}"
nan, inf = float("nan"), float("inf")


def strokes(picture):
    """Return the path data of each line, in order."""
    root = ElementTree.fromstring(picture)
    kinds = ("line", "line dense")
    return [p.get("d") for p in root.iter(f"{SVG}path") if p.get("class") in kinds]


def names(picture):
    """Return the (words, x, y) of the names at the ends of lines."""
    root = ElementTree.fromstring(picture)
    found = [t for t in root.iter(f"{SVG}text") if t.get("class") == "name"]
    return [(t.text, float(t.get("x")), float(t.get("y"))) for t in found]


def points(data):
    """Return the points of a path, one list for each stretch."""
    return [
        [tuple(map(float, point.split())) for point in stretch.split("L")]
        for stretch in data.split("M")[1:]
    ]


def test_a_line_goes_where_its_numbers_are():
    picture = curves({"a": ([0, 1, 2], [0.0, 1.0, 0.5])})
    ((first, second, third),) = points(strokes(picture)[0])
    assert first[0] < second[0] < third[0]
    assert second[0] - first[0] == pytest.approx(third[0] - second[0], abs=0.02)
    assert second[1] < third[1] < first[1]  # SVG counts downwards
    assert third[1] == pytest.approx((first[1] + second[1]) / 2, abs=0.02)


def test_a_log_axis_makes_equal_ratios_equal():
    picture = curves({"a": ([0, 1, 2], [1.0, 10.0, 100.0])}, log_y=True)
    ((first, second, third),) = points(strokes(picture)[0])
    assert first[1] - second[1] == pytest.approx(second[1] - third[1], abs=0.02)


@pytest.mark.parametrize("hole", [nan, inf, -inf, 1e305])
def test_what_is_not_finite_is_a_gap(hole):
    picture = curves({"a": (range(6), [1.0, 2.0, hole, 1.5, 1.2, 1.1])})
    assert [len(stretch) for stretch in points(strokes(picture)[0])] == [2, 3]


def test_what_is_not_positive_is_a_gap_on_a_log_axis():
    picture = curves({"a": (range(5), [1.0, 2.0, 0.0, 1.5, 1.2])}, log_y=True)
    assert [len(stretch) for stretch in points(strokes(picture)[0])] == [2, 2]


def test_a_point_between_gaps_is_still_seen():
    y = np.full(50, nan)
    y[[7, 20, 21]] = [1.0, 2.0, 3.0]
    picture = curves({"a": (range(50), y)}, x_label="epoch")
    assert "a, epoch 7: 1<" in picture
    assert [len(stretch) for stretch in points(strokes(picture)[0])] == [2]


def test_a_line_with_nothing_to_draw_says_so():
    picture = curves({"a": ([1, 2], [1.0, 2.0]), "b": ([1, 2], [nan, nan])})
    assert "b: none" in [words for words, _, _ in names(picture)]
    assert "b: no finite value." in picture
    assert len(strokes(picture)) == 1


@pytest.mark.parametrize("log_y", [False, True])
@pytest.mark.parametrize("y", [[], [nan], [0.0], [-3.0], [5.0, 5.0]])
def test_poor_data_still_make_a_picture(y, log_y):
    ElementTree.fromstring(curves({"a": (range(len(y)), y)}, log_y=log_y))


def test_names_at_the_ends_do_not_cover_each_other():
    ends = {f"line {k}": ([0, 1], [0.0, 1.0 + 0.001 * k]) for k in range(6)}
    placed = sorted(y for _, _, y in names(curves(ends)))
    assert np.diff(placed).min() >= 15.9


def test_lines_differ_in_more_than_colour():
    root = ElementTree.fromstring(
        curves({f"line {k}": (range(5), range(k, k + 5)) for k in range(6)})
    )
    paths = list(root.iter(f"{SVG}path"))
    dashes = [p.get("stroke-dasharray") for p in paths if p.get("class") == "line"]
    marks = {p.get("d") for p in paths if p.get("class") == "dot"}
    assert len(set(dashes)) == 6
    assert len(marks) == 6


def test_long_lines_are_thinned_but_keep_their_extremes_ends_and_gaps():
    y = np.sin(np.arange(100_000) / 9e3)
    y[40_000], y[60_000], y[80_000] = 9.0, -9.0, nan
    picture = curves({"a": (np.arange(100_000), y)})
    stretches = points(strokes(picture)[0])
    assert len(stretches) == 2
    assert len(picture) < 40_000
    ys = [point[1] for stretch in stretches for point in stretch]
    outliers = sorted(ys)[:1] + sorted(ys)[-1:]
    middle = sum(outliers) / 2
    assert [y - middle for y in outliers] == pytest.approx(
        [-(outliers[1] - outliers[0]) / 2, (outliers[1] - outliers[0]) / 2]
    )
    assert "lowest -9, highest 9" in picture


def test_equal_data_make_equal_text_and_ids_differ_by_content():
    one = curves({"a": ([1, 2], [3.0, 4.0])}, title="T")
    assert one == curves({"a": ([1, 2], [3.0, 4.0])}, title="T")
    other = curves({"a": ([1, 2], [3.0, 5.0])}, title="T")
    assert set(re.findall(' id="(.*?)"', one)).isdisjoint(
        re.findall(' id="(.*?)"', other)
    )


def test_the_picture_is_told_in_words():
    root = ElementTree.fromstring(
        curves({"train": ([1, 2], [2.0, 1.0])}, x_label="epoch", title="Loss")
    )
    ids = {node.get("id"): node.text for node in root.iter() if node.get("id")}
    assert ids[root.get("aria-labelledby")] == "Loss"
    assert "train: from 2 to 1" in ids[root.get("aria-describedby")]
    assert root.get("role") == "img"


def test_hostile_names_stay_words():
    hostile = '</text><script>alert("1")</script>'
    root = ElementTree.fromstring(
        curves({hostile: ([1], [1.0])}, title=hostile, x_label=hostile, y_label=hostile)
    )
    assert not list(root.iter(f"{SVG}script"))
    assert hostile in [node.text for node in root.iter(f"{SVG}text")]


def test_wrong_lines_are_refused():
    with pytest.raises(OptionError, match="1 to 6 lines"):
        curves({})
    with pytest.raises(OptionError, match="not 7"):
        curves({str(k): ([1], [1.0]) for k in range(7)})
    with pytest.raises(ShapeError, match="'a' has x of shape"):
        curves({"a": ([1, 2], [1.0])})


numbers = st.one_of(st.floats(width=64), st.floats(0, 3))


@given(
    st.lists(st.tuples(numbers, numbers), max_size=12),
    st.lists(st.tuples(numbers, numbers), max_size=12),
    st.booleans(),
)
def test_any_numbers_make_a_well_formed_picture(one, other, log_y):
    series = {
        name: ([x for x, _ in line], [y for _, y in line])
        for name, line in (("one", one), ("other", other))
    }
    picture = curves(series, log_y=log_y)
    ElementTree.fromstring(picture)
    for data in strokes(picture):
        for x, y in itertools.chain.from_iterable(points(data)):
            assert -1 <= x <= 481
            assert -1 <= y <= 301
