"""The chain gate on more elements than one block of its search for inf and NaN."""

from __future__ import annotations

from tests.gates.case import Case, sample

CASES = {"chain": [Case((sample(3, 6000), sample(6000)), label="many")]}
