"""Roll."""

from __future__ import annotations

from tests.gates.case import Case, sample

CASES = {
    "roll": [
        Case((sample(3, 4),), {"shift": (1,), "axis": (0,)}),
        Case((sample(3, 4),), {"shift": (-1, 6), "axis": (0, 1)}, label="both"),
        Case((sample(5),), {"shift": (2, 1), "axis": (0, 0)}, label="twice"),
        Case((sample(0, 4),), {"shift": (2,), "axis": (0,)}, label="empty"),
    ]
}
