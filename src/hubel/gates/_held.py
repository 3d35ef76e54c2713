"""Rules whose uses wait for each other: reads of one array, put back together.

The transpose of a read puts a gradient into zeros of the whole array's size. For a loop
that reads each of n elements these would be n arrays of n; put into the same zeros they
are one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hubel.gates.define import Linear, Local
from hubel.graph.node import Use
from hubel.graph.registry import Value


class Held(Linear):
    """Linear; ``merged(uses)`` is the sum of the transposes of several uses."""

    __slots__ = ("merged",)
    held = True

    def __init__(
        self, transpose: Local, merged: Callable[[Sequence[Use]], Value]
    ) -> None:
        super().__init__(transpose)
        self.merged = merged

    def pull_all(self, uses: Sequence[Use]) -> Value:
        """Apply the transposes of all uses."""
        return self.merged(uses)
