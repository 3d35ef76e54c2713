"""Gather by index arrays, the adding back, and the assignment."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.gates.case import Case, sample

ROWS = np.array([2, 0, 2, -1])
COLUMN = np.array([[0], [-2]])
MANY = np.random.default_rng(0).integers(0, 40, 300)
FEW = np.random.default_rng(0).permutation(400)[:300]


def coarse(*shape: int) -> Any:
    """Draw numbers whose sums are exact in any order."""
    return np.rint(sample(*shape) * 8) / 8 + 0.0  # no -0.0: 0.0 and it are 0.0


CASES = {
    "gather": [
        Case((sample(3, 4), ROWS), {"axis": 0}),
        Case((sample(3, 4), ROWS[:3]), {"axis": 1}, label="second axis"),
        Case((sample(3, 4, 5), ROWS, COLUMN), {"axis": 0}, label="two"),
        Case((sample(3, 4, 5), COLUMN, ROWS), {"axis": 1}, label="the last two"),
        Case((sample(3, 4), np.intp(1)), {"axis": 1}, label="0-d index"),
        Case((sample(3), np.array([[1, 2]])), {"axis": 0}, label="2-d index"),
        Case((sample(3), np.array(-1)), {"axis": 0}, label="to 0-d"),
        Case((sample(3, 4), np.zeros(0, int)), {"axis": 0}, label="nothing"),
        Case((sample(0, 4), np.zeros(0, int)), {"axis": 0}, label="empty"),
        Case((sample(3, 0), ROWS), {"axis": 0}, label="empty rows"),
        Case((sample(3, 4), ROWS.astype(np.int8)), {"axis": 0}, label="int8"),
    ],
    "scatter_add": [
        Case((sample(4, 5), ROWS), {"axis": 0, "shape": (3, 5)}),
        Case((sample(2, 4, 5), ROWS), {"axis": 1, "shape": (2, 3, 5)}),
        Case((sample(2, 4, 3), ROWS, COLUMN), {"axis": 0, "shape": (3, 4, 3)}),
        Case((sample(), np.intp(1)), {"axis": 0, "shape": (3,)}, label="0-d"),
        Case((sample(0, 5), ROWS[:0]), {"axis": 0, "shape": (3, 5)}, label="nothing"),
        Case((coarse(300, 4), MANY), {"axis": 0, "shape": (40, 4)}, label="many"),
        Case((coarse(4, 300), MANY), {"axis": 1, "shape": (4, 40)}, label="columns"),
        Case((sample(300, 4), FEW), {"axis": 0, "shape": (400, 4)}, label="all differ"),
        Case((coarse(1200), np.tile(MANY, 4)), {"axis": 0, "shape": (40,)}),
        Case(
            (coarse(2, 300, 3), MANY, FEW % 7),
            {"axis": 1, "shape": (2, 40, 7, 3)},
            label="many pairs",
        ),
    ],
    "assign_at": [
        Case((sample(3, 4), sample(4, 4, seed=1), ROWS), {"axis": 0}),
        Case((sample(2, 3), sample(4, seed=1), ROWS), {"axis": 1}, label="broadcast"),
        Case((sample(3, 4), sample(2, 4, seed=1), ROWS, COLUMN), {"axis": 0}),
        Case((sample(2, 3, 4), sample(2, 1, 1), COLUMN, ROWS), {"axis": 1}),
        Case((sample(3, 4), 0.5, ROWS), {"axis": 0}, label="Python number"),
        Case((sample(3), sample(), np.intp(1)), {"axis": 0}, label="0-d"),
        Case((sample(3), sample(0), ROWS[:0]), {"axis": 0}, label="nothing"),
    ],
}
