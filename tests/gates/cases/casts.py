"""Casts and copies."""

from __future__ import annotations

import numpy as np

from tests.gates.case import Case, sample

CASES = {
    "astype": [
        Case(
            (sample(2, 3),), {"dtype": np.dtype(np.float64)}, order=3, label="as it is"
        ),
        Case((np.arange(6),), {"dtype": np.dtype(np.float64)}, label="from int"),
        Case((sample(3),), {"dtype": np.dtype(np.int64)}, (False,), label="to int"),
        Case((sample(),), {"dtype": np.dtype(np.float64)}, label="0-d"),
        Case((sample(0),), {"dtype": np.dtype(np.float64)}, label="empty"),
    ],
    "copy": [
        Case((sample(2, 3),)),
        Case((sample(3, 2).T,), label="not contiguous"),
        Case((sample(),), label="0-d"),
        Case((sample(0),), label="empty"),
    ],
}
