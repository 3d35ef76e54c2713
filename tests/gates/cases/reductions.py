"""Reductions of axes to one number."""

from __future__ import annotations

import numpy as np

from tests.gates.case import Case, sample

WITH_ZEROS = np.array([[0.0, 0.5, 2.0], [0.0, 0.0, 3.0], [1.0, 0.0, 4.0]])

EXTREMES = [
    Case((sample(3, 4),), {"axis": (1,)}),
    Case((sample(3, 4),), {"axis": (0, 1), "keepdims": True}, label="kept"),
    Case((sample(2, 3, 2),), {"axis": (0, 2)}, label="two axes"),
    Case((sample(),), {"axis": ()}, label="0-d"),
    Case((sample(0, 4),), {"axis": (1,)}, label="empty"),
]
PLACES = [
    Case((sample(3, 4),), {"axis": 1}),
    Case((sample(3, 4),), {"axis": 0, "keepdims": True}, label="kept"),
    Case((sample(0, 4),), {"axis": 1}, label="empty"),
]
TRUTHS = [
    Case((sample(3, 4) > 0,), {"axis": (1,)}),
    Case((sample(3, 4),), {"axis": (0,), "keepdims": True}, label="of numbers"),
    Case((np.zeros((0, 2), np.bool_),), {"axis": (0, 1)}, label="empty"),
]

CASES = {
    "max": EXTREMES,
    "min": EXTREMES,
    "prod": [
        *EXTREMES,
        Case((sample(0, 4),), {"axis": (0,)}, label="of nothing"),
        Case((WITH_ZEROS,), {"axis": (1,)}, label="zeros", order=3),
        Case((WITH_ZEROS,), {"axis": (0, 1)}, label="all zeros", order=3),
    ],
    "argmax": PLACES,
    "argmin": PLACES,
    "all": TRUTHS,
    "any": TRUTHS,
}
