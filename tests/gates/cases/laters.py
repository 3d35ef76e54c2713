from __future__ import annotations

from tests.gates.case import Case, sample

CASES = {
    "later": [
        Case((sample(3, 4), sample(2, seed=1)), differentiable=(True, False)),
        Case((sample(), sample(2, seed=1)), differentiable=(True, False), label="0-d"),
    ]
}
