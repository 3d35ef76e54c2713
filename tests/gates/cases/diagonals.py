"""Diagonals, and matrices made of them."""

from __future__ import annotations

from tests.gates.case import Case, sample

CASES = {
    "diagonal": [
        Case((sample(3, 4),), {"offset": 0}),
        Case((sample(3, 4),), {"offset": 2}, label="above"),
        Case((sample(2, 4, 3),), {"offset": -1}, label="below, batch"),
        Case((sample(3, 3),), {"offset": 5}, label="outside"),
    ],
    "from_diagonal": [
        Case((sample(3),), {"offset": 0, "shape": (3, 4)}),
        Case((sample(2),), {"offset": 2, "shape": (3, 4)}, label="above"),
        Case((sample(2, 3),), {"offset": -1, "shape": (4, 3)}, label="below, batch"),
        Case((sample(0),), {"offset": 5, "shape": (3, 3)}, label="outside"),
    ],
}
