"""Random numbers from a key."""

from __future__ import annotations

import numpy as np

from tests.gates.case import Case

KEY = np.array([1, 2**64 - 1], np.uint64)

CASES = {
    "random_uniform": [
        Case((KEY,), {"shape": (3, 4), "dtype": np.dtype("float64")}),
        Case((KEY,), {"shape": (5,), "dtype": np.dtype("float32")}, label="float32"),
        Case((KEY,), {"shape": (), "dtype": np.dtype("float64")}, label="0-d"),
        Case((KEY,), {"shape": (0, 4), "dtype": np.dtype("float64")}, label="empty"),
    ],
}
