"""Positions in order: constant gates."""

from __future__ import annotations

import numpy as np

from tests.gates.case import Case, sample

CASES = {
    "argsort": [
        Case((sample(3, 4),), {"axis": 1, "stable": False}),
        Case((sample(3, 4),), {"axis": 0, "stable": True}, label="stable"),
    ],
    "argpartition": [
        Case((sample(3, 4),), {"kth": (1,), "axis": 1}),
        Case((sample(5, 2),), {"kth": (0, 3), "axis": 0}, label="two"),
    ],
    "searchsorted": [
        Case((np.arange(5.0), sample(2, 3, low=0, high=4)), {"side": "left"}),
        Case((np.arange(5.0), sample(low=0, high=4)), {"side": "right"}, label="0-d"),
    ],
}
