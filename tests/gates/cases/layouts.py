"""Reshape and transpose."""

from __future__ import annotations

from tests.gates.case import Case, sample

CASES = {
    "reshape": [
        Case((sample(2, 6),), {"shape": (3, 4)}),
        Case((sample(2, 3),), {"shape": (2, 3)}, label="the same shape"),
        Case((sample(1, 1),), {"shape": ()}, label="to 0-d"),
        Case((sample(),), {"shape": (1, 1)}, label="from 0-d"),
        Case((sample(0, 3),), {"shape": (3, 0, 2)}, label="empty"),
        Case((sample(3, 2).T,), {"shape": (6,)}, label="not contiguous"),
    ],
    "transpose": [
        Case((sample(2, 3, 4),), {"axes": (2, 0, 1)}),
        Case((sample(2, 3),), {"axes": (0, 1)}, label="the same order"),
        Case((sample(),), {"axes": ()}, label="0-d"),
        Case((sample(0, 3),), {"axes": (1, 0)}, label="empty"),
    ],
}
