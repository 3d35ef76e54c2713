"""Sum and broadcast."""

from __future__ import annotations

from tests.gates.case import Case, sample

CASES = {
    "sum": [
        Case((sample(3, 4),), {"axis": (0,)}),
        Case((sample(3, 4),), {"axis": (0, 1)}, label="all axes"),
        Case((sample(2, 3, 4),), {"axis": (0, 2), "keepdims": True}, label="kept"),
        Case((sample(3, 4),), {"axis": ()}, label="no axis"),
        Case((sample(),), {"axis": ()}, label="0-d"),
        Case((sample(0, 4),), {"axis": (0,)}, label="empty"),
    ],
    "broadcast_to": [
        Case((sample(3, 1),), {"shape": (2, 3, 4)}),
        Case((sample(),), {"shape": (2,)}, label="0-d"),
        Case((sample(1, 4),), {"shape": (0, 4)}, label="empty"),
        Case((sample(),), {"shape": ()}, label="as it is"),
    ],
}
