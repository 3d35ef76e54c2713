"""Concatenate and stack."""

from __future__ import annotations

from tests.gates.case import Case, sample

CASES = {
    "concatenate": [
        Case((sample(2, 3), sample(1, 3), sample(4, 3)), {"axis": 0}),
        Case((sample(2, 3), sample(2, 1)), {"axis": 1}, label="columns"),
        Case((sample(2, 3),), {"axis": 1}, label="one"),
        Case((sample(0, 3), sample(2, 3)), {"axis": 0}, label="empty"),
    ],
    "stack": [
        Case((sample(2, 3), sample(2, 3, seed=1)), {"axis": 0}),
        Case((sample(2, 3), sample(2, 3, seed=1)), {"axis": 2}, label="last"),
        Case((sample(), sample(seed=1), 0.5), {"axis": 0}, label="0-d"),
        Case((sample(0), sample(0)), {"axis": 1}, label="empty"),
    ],
}
