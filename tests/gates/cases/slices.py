"""Slices, their embedding in zeros, and their assignment."""

from __future__ import annotations

import numpy as np

from tests.gates.case import Case, sample

BACKWARD = (3, None, -2)

CASES = {
    "slice": [
        Case((sample(4, 5),), {"index": (1,)}),
        Case((sample(4, 5),), {"index": ((1, 3, 1), (0, 5, 2))}, label="steps"),
        Case((sample(4, 5),), {"index": (BACKWARD, None, 2)}, label="backward"),
        Case((sample(4, 5),), {"index": ()}, label="all"),
        Case((sample(4, 5),), {"index": ((0, 0, 1),)}, label="nothing"),
        Case((sample(4),), {"index": (2,)}, label="to 0-d"),
        Case((sample(),), {"index": (None,)}, label="0-d"),
    ],
    "element": [
        Case((sample(4, 5),), {"index": (3, 0)}),
        Case((sample(4),), {"index": (2,)}, label="vector"),
    ],
    "embed": [
        Case((sample(5),), {"index": (1,), "shape": (4, 5)}),
        Case((sample(2, 1),), {"index": (BACKWARD, None, 2), "shape": (4, 3)}),
        Case((sample(),), {"index": (2,), "shape": (4,)}, label="0-d"),
        Case((sample(0, 3),), {"index": ((0, 0, 1),), "shape": (2, 3)}, label="empty"),
    ],
    "embed_many": [
        Case(
            (sample(5), sample(2, 1, 5, seed=1), sample(4, 2, seed=2)),
            {"indices": ((1,), (BACKWARD, None), ((0, 4, 1), (0, 2, 1)))}
            | {"shape": (4, 5)},
            label="overlapping",
        ),
        Case(
            (sample(), sample(seed=1), sample(seed=2)),
            {"indices": ((2,), (0,), (2,)), "shape": (4,)},
            label="elements",
        ),
        Case(
            (sample(0), sample(3)),
            {"indices": (((0, 0, 1),), ()), "shape": (3,)},
            label="nothing, and all",
        ),
    ],
    "assign": [
        Case((sample(4, 5), sample(5, seed=1)), {"index": (1,)}),
        Case((sample(4, 5), sample(2, 1, 5, seed=1)), {"index": (BACKWARD, None)}),
        Case((sample(4, 5), 0.5), {"index": ((1, 3, 1),)}, label="Python number"),
        Case((sample(4, 5), sample(4, 1)), {"index": ()}, label="broadcast, all"),
        Case((sample(3), sample(0)), {"index": ((0, 0, 1),)}, label="nothing"),
        Case((sample(), sample(seed=1)), {"index": ()}, label="0-d"),
        Case((np.arange(3), sample()), {"index": (1,)}, (False, False), label="to int"),
    ],
}
