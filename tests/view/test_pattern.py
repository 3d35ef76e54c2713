"""Patterns: cells where the entries are, shades for how full, and the words."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from hubel.errors import ShapeError
from hubel.view import pattern

SVG = "{http://www.w3.org/2000/svg}"
LEFT = TOP = 26


def strips(picture):
    """Return (shade, x, y, width, height) of every strip of cells."""
    found = []
    for path in ElementTree.fromstring(picture).iter(f"{SVG}path"):
        shade = int(path.get("class").removeprefix("right"))
        for strip in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)", path.get("d")):
            x, y, width, height = map(int, strip)
            found.append((shade, x - LEFT, y - TOP, width, height))
    return sorted(found)


def drawn(picture, cell, shape):
    """Return the cells of a drawing as a matrix of shades."""
    cells = np.zeros(shape, int)
    for shade, x, y, width, height in strips(picture):
        assert height == cell
        cells[y // cell, x // cell : (x + width) // cell] += shade
    return cells


def test_each_place_is_a_cell_of_a_small_matrix():
    matrix = np.array([[1, 1, 0, 1], [0, 0, 0, 0], [0, 1, 0, 0]])
    picture = pattern(*np.nonzero(matrix), matrix.shape)
    np.testing.assert_array_equal(drawn(picture, 90, matrix.shape), 6 * matrix)
    assert len(strips(picture)) == 3  # neighbours are one strip
    assert "4 inputs" in picture
    assert "3 outputs by 4 inputs: 4 of 12 places (33.3 %)." in picture


def test_many_places_share_a_cell_and_are_all_seen():
    rows, columns = np.diag_indices(4096)
    picture = pattern(rows, columns, (4096, 4096))
    np.testing.assert_array_equal(drawn(picture, 4, (90, 90)) > 0, np.eye(90))
    assert "Drawn in 90 x 90 cells, 90 of them not empty." in picture


def test_fuller_cells_are_darker():
    rows = np.concatenate([np.repeat(np.arange(100), 10), [899]])
    columns = np.concatenate([np.tile(np.arange(10), 100), [899]])
    cells = drawn(pattern(rows, columns, (900, 900)), 4, (90, 90))
    assert cells[0, 0] == cells[9, 0] == 6
    assert cells[89, 89] == 4
    assert np.count_nonzero(cells) == 11


def test_a_single_row_is_high_enough_to_be_seen():
    picture = pattern([0, 0], [0, 499], (1, 500))
    assert {(y, height) for _, _, y, _, height in strips(picture)} == {(0, 12)}
    assert "500 inputs, 1 outputs" in picture


def test_an_empty_pattern_is_an_empty_frame():
    picture = pattern([], [], (5, 7))
    assert strips(picture) == []
    assert "0 of 35 places (0 %)" in picture


def test_the_drawing_explains_itself_and_is_bounded():
    rng = np.random.default_rng(0)
    rows, columns = rng.integers(0, 10**6, (2, 10**5))
    picture = pattern(rows, columns, (10**6, 10**6), title="What <x> does")
    root = ElementTree.fromstring(picture)
    assert root.find(f"{SVG}title").text == "What <x> does"
    assert root.get("role") == "img"
    assert len(picture) < 250_000
    assert picture == pattern(rows, columns, (10**6, 10**6), title="What <x> does")


@pytest.mark.parametrize(
    ("rows", "columns", "shape"),
    [
        ([5], [0], (5, 5)),
        ([0], [-1], (5, 5)),
        ([0, 1], [0], (5, 5)),
        ([[0]], [[0]], (5, 5)),
        ([0.5], [0], (5, 5)),
        ([], [], (0, 5)),
        ([0], [0], (5,)),
    ],
)
def test_places_outside_the_matrix_are_refused(rows, columns, shape):
    with pytest.raises(ShapeError):
        pattern(rows, columns, shape)
