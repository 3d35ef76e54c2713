"""Colourings are valid, near their bounds, and small on the usual patterns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubel.derive.bicoloring import bicolor
from hubel.derive.choice import choose
from hubel.derive.coloring import color_columns, color_rows, color_symmetric
from hubel.derive.groups import Coloring
from hubel.derive.orders import Lists, incidence, smallest_last, without_diagonal
from hubel.derive.star import star_colors
from hubel.errors import HubelError, ShapeError
from hubel.structure import Pattern


def ring(n: int, *offsets: int) -> Pattern:
    rows = np.repeat(np.arange(n), len(offsets))
    return Pattern.at(rows, (rows + np.tile(offsets, n)) % n, (n, n))


def arrow(n: int) -> Pattern:
    every, none = np.arange(n), np.zeros(n, int)
    return Pattern.at([*every, *every, *none], [*every, *none, *every], (n, n))


def banded(n: int, half: int) -> Pattern:
    return Pattern.of(abs(np.subtract.outer(np.arange(n), np.arange(n))) <= half)


def conflicts(pattern: Pattern, colors: np.ndarray) -> int:
    """Count pairs of columns of one colour that share a row: the oracle."""
    dense = pattern.todense().astype(int)
    same = np.equal.outer(colors, colors)
    np.fill_diagonal(same, False)
    return int(((dense.T @ dense > 0) & same).sum())


MATRICES = st.tuples(
    st.integers(1, 12), st.integers(1, 12), st.integers(0, 999), st.floats(0, 1)
).map(lambda t: np.random.default_rng(t[2]).random(t[:2]) < t[3])


@given(MATRICES)
@settings(max_examples=60)
def test_random_patterns(matrix: np.ndarray) -> None:
    pattern = Pattern.of(matrix)
    columns, rows, both = map(
        lambda f: f(pattern), (color_columns, color_rows, bicolor)
    )
    for coloring in (columns, rows, both):
        assert coloring.is_valid(pattern)
        assert coloring.sweeps >= coloring.lower_bound
    apart = -1 - np.arange(matrix.shape[1])  # empty columns differ from all
    colors = np.where(columns.columns < 0, apart, columns.columns)
    assert conflicts(pattern, colors) == 0
    assert both.sweeps <= min(columns.sweeps, rows.sweeps)
    assert ((columns.columns < 0) == ~matrix.any(axis=0)).all()
    assert set(columns.columns[columns.columns >= 0]) == set(range(columns.forward))


@given(MATRICES)
@settings(max_examples=60)
def test_symmetric_patterns(matrix: np.ndarray) -> None:
    half = min(matrix.shape)
    pattern = Pattern.of(matrix[:half, :half] | matrix[:half, :half].T)
    coloring = color_symmetric(pattern)
    assert coloring.is_valid(pattern)
    assert coloring.sweeps >= coloring.lower_bound
    dense, colors = pattern.todense(), coloring.columns
    # By definition: neighbours differ, no path of four vertices has two colours.
    for v in range(half):
        for w in np.flatnonzero(dense[v]):
            if w == v:
                continue
            assert colors[v] != colors[w]
            for x in np.flatnonzero(dense[w]):
                if x in (v, w) or colors[x] != colors[v]:
                    continue
                for y in np.flatnonzero(dense[x]):
                    assert y in (w, x) or colors[y] != colors[w]


@pytest.mark.parametrize(
    ("n", "colors"), [(9_999, 3), (10_000, 4), (10_001, 4), (7, 4), (5, 5)]
)
def test_periodic_stencil(n: int, colors: int) -> None:
    pattern = ring(n, -1, 0, 1)
    found = color_columns(pattern)
    assert (found.forward, found.lower_bound) == (colors, 3)
    assert found.is_valid(pattern)
    assert color_rows(pattern).reverse == colors


@pytest.mark.parametrize("half", [0, 1, 2, 4])
def test_bands_reach_the_bound(half: int) -> None:
    found = color_columns(banded(40, half))
    assert found.forward == found.lower_bound == 2 * half + 1
    assert color_symmetric(banded(40, half)).sweeps <= found.forward


def test_blocks_reach_the_bound() -> None:
    pattern = Pattern.of(np.kron(np.eye(6), np.ones((3, 4))))
    assert color_columns(pattern).forward == 4
    assert color_rows(pattern).reverse == 3


def test_grid() -> None:
    line = np.eye(12) + np.eye(12, k=1) + np.eye(12, k=-1)
    grid = Pattern.of(np.kron(line, np.eye(12)) + np.kron(np.eye(12), line))
    found = color_columns(grid)
    assert found.is_valid(grid)
    assert found.forward == found.lower_bound == 5
    assert color_symmetric(grid).sweeps <= 6


@pytest.mark.parametrize("count", [30, 400])
def test_orders_beat_the_natural_one(count: int) -> None:
    drawn = np.random.default_rng(count).integers(0, count, (2, 4 * count))
    pattern = Pattern.at(*drawn, (count, count))
    symmetric = pattern | pattern.T
    lists = Lists.of(without_diagonal(symmetric))
    natural = star_colors(lists, range(count)).max() + 1
    assert color_symmetric(symmetric).sweeps < natural
    for order in (smallest_last(lists), incidence(lists)):
        assert sorted(order) == list(range(count))


def test_smallest_last_of_a_tree_needs_two() -> None:
    """Every vertex has one neighbour at most before it: two colours would do."""
    parents = [0, 0, 1, 1, 2, 2, 3]
    children = list(range(1, 8))
    tree = Pattern.at(parents + children, children + parents, (8, 8))
    order = smallest_last(Lists.of(tree))
    dense = tree.todense()
    for place, vertex in enumerate(order):
        assert dense[vertex, order[:place]].sum() <= 1


def test_arrow() -> None:
    pattern = arrow(1000)
    assert color_columns(pattern).forward == color_rows(pattern).reverse == 1000
    both = bicolor(pattern)
    assert both.is_valid(pattern)
    assert both.sweeps <= 3
    assert color_symmetric(pattern).sweeps == 2
    choice = choose(pattern)
    assert (choice.mode, choice.sweeps) == ("both", 3)


def test_dense_corner_and_cross() -> None:
    matrix = np.eye(60, dtype=bool)
    matrix[[3, 30]] = True
    matrix[:, [10, 50]] = True
    both = bicolor(Pattern.of(matrix))
    assert both.is_valid(Pattern.of(matrix))
    assert both.sweeps <= 5


def test_costs_decide() -> None:
    wide = Pattern.of(np.kron(np.eye(3), np.ones((1, 5))))
    assert choose(wide, 1, 2).mode == "reverse"
    assert choose(wide, 1, 10).mode == "forward"
    assert choose(wide.T, 1, 2).mode == "forward"
    assert "1 reverse sweep cost 2" in choose(wide, 1, 2).reason
    hessian = choose(arrow(20), 1, 2, symmetric=True)
    assert (hessian.mode, hessian.sweeps) == ("symmetric", 2)
    assert hessian.others["forward"] == 20


@pytest.mark.parametrize("color", [color_columns, color_rows, bicolor, color_symmetric])
def test_empty(color: object) -> None:
    nothing = Pattern.of(np.zeros((4, 4)))
    found = color(nothing)  # type: ignore[operator]
    assert found.sweeps == 0
    assert found.is_valid(nothing)


def test_saved_and_read() -> None:
    pattern = arrow(8)
    for coloring in (bicolor(pattern), color_symmetric(pattern), color_rows(pattern)):
        again = Coloring.from_arrays(coloring.arrays())
        assert again.is_valid(pattern)
        assert again.sweeps == coloring.sweeps
        assert again.lower_bound == coloring.lower_bound


def test_refusals() -> None:
    arrays = color_columns(arrow(4)).arrays()
    with pytest.raises(HubelError, match="mode"):
        Coloring.from_arrays({**arrays, "mode": np.asarray("sideways")})
    with pytest.raises(ShapeError, match="rows is missing"):
        Coloring.from_arrays({k: v for k, v in arrays.items() if k != "rows"})
    with pytest.raises(ShapeError, match="whole number"):
        Coloring.from_arrays({**arrays, "columns": np.array([9, 0, 0, 0])})
    with pytest.raises(ShapeError, match="not symmetric"):
        color_symmetric(Pattern.of(np.eye(3) + np.eye(3, k=1)))


def test_invalid_is_told() -> None:
    pattern = banded(6, 1)
    found = color_columns(pattern)
    same = Coloring("forward", np.zeros(6, np.intp), found.rows, 1, "")
    assert not same.is_valid(pattern)
    assert not found.is_valid(banded(7, 1))
