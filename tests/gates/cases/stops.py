"""Stop gradient."""

from __future__ import annotations

from tests.gates.case import Case, sample

CASES = {"stop_gradient": [Case((sample(3, 4),)), Case((2.0,), label="Python number")]}
