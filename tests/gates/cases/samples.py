"""Gates of ``numpy.lib``: convolution, and extremes that leave NaN out."""

from __future__ import annotations

import numpy as np

from tests.gates.case import Case, sample
from tests.gates.cases.reductions import EXTREMES, PLACES

HOLES = np.where(sample(3, 4) > 0.4, np.nan, sample(3, 4))

CASES = {
    "convolve": [
        Case((sample(5), sample(3, seed=1)), {"full": True}),
        Case((sample(2), sample(3, seed=1)), {"full": True}, label="short"),
        Case((sample(5), sample(3, seed=1)), {"full": False}, label="valid"),
        Case((sample(2), sample(4, seed=1)), {"full": False}, label="valid, swapped"),
        Case((sample(3), sample(3, seed=1)), {"full": False}, label="one number"),
        Case((sample(4), sample(1, seed=1)), {"full": True}, label="scaled"),
    ],
    "nanmax": [*EXTREMES, Case((HOLES,), {"axis": (1,)}, (False,), label="NaN")],
    "nanmin": [*EXTREMES, Case((HOLES,), {"axis": (0,)}, (False,), label="NaN")],
    "nanargmax": [*PLACES, Case((HOLES,), {"axis": 0}, label="NaN")],
    "nanargmin": [*PLACES, Case((HOLES,), {"axis": 1}, label="NaN")],
}
