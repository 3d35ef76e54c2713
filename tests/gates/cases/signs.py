"""Gates whose derivative is not zero at isolated points only."""

from __future__ import annotations

import numpy as np

from tests.gates.case import Case, sample

CASES = {
    "heaviside": [
        Case(
            (np.array([-1.0, 0.0, 0.0, 2.0]), sample(4)),
            differentiable=(False, True),
            label="at the step",
        )
    ]
}
