"""Running sums and products, and shifts."""

from __future__ import annotations

import numpy as np

from tests.gates.case import Case, sample

SCANS = [
    Case((sample(5),), {"axis": 0}),
    Case((sample(2, 7),), {"axis": 1, "reverse": True}, label="from the end"),
    Case((sample(3, 2, 2),), {"axis": 0}, label="first axis"),
    Case((sample(3, 1),), {"axis": 1}, label="one element"),
    Case((sample(3, 0),), {"axis": 1}, label="empty"),
]

CASES = {
    "cumsum": SCANS,
    "cumprod": [
        *SCANS,
        Case((np.array([2.0, 0, 3, 0, 0.5]),), {"axis": 0}, label="zeros", order=3),
    ],
    "shift": [
        Case((sample(5),), {"axis": 0, "by": 2}),
        Case((sample(2, 4),), {"axis": 1, "by": -1}, label="back"),
        Case((sample(2, 4),), {"axis": 0, "by": 3}, label="out of sight"),
        Case((sample(2, 4),), {"axis": 0, "by": -2}, label="back out of sight"),
        Case((sample(2, 4),), {"axis": 1, "by": 0}, label="not at all"),
    ],
}
