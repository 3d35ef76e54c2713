"""A contestant: some way to take steps, and what it may be compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.steps.workload import Array, Workload


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """One way to train.

    Attributes
    ----------
    name : str
    library : str
        "hubel", "numpy", "jax" or "torch".
    run : callable
        Takes at least so many steps, to their end, and returns how many.
    after_three : callable
        Returns the parameters after three steps from the start, weights (in, out). It
        is called once, before ``run``.
    gathers : bool
        Whether it picks the examples of a batch from all over the data in every step;
        otherwise batches are views, one after the other.
    loops : bool
        Whether the library runs the loop; otherwise a step is a call from Python.
    rounded : bool
        Whether products are of bfloat16.
    """

    name: str
    library: str
    run: Callable[[int], int]
    after_three: Callable[[], list[Array]]
    gathers: bool = False
    loops: bool = False
    rounded: bool = False


class Feed:
    """Batches one after the other, in place or gathered into one buffer."""

    def __init__(self, work: Workload, *, gathers: bool = False) -> None:
        self._batches, self._data, self._order = work.batches, work.data, work.order
        self._gathers, self._at = gathers, 0
        self._buffers = [np.empty_like(part) for part in self._batches[0]]

    def __iter__(self) -> Iterator[tuple[Array, Array]]:
        return self

    def __next__(self) -> tuple[Array, Array]:
        at, self._at = self._at, (self._at + 1) % len(self._order)
        if not self._gathers:
            return self._batches[at]
        rows = self._order[at]
        for source, buffer in zip(self._data, self._buffers, strict=True):
            np.take(source, rows, axis=0, out=buffer, mode="clip")
        return self._buffers[0], self._buffers[1]


def turned(work: Workload, params: list[Array]) -> list[Array]:
    """Exchange the axes of the weights: from (in, out) to (out, in) or back."""
    return [
        np.ascontiguousarray(p.T) if i % work.stride == 0 else p
        for i, p in enumerate(params)
    ]


def layout(turns: bool) -> str:
    """Name the layout of the weights in the names of contestants."""
    return "(out, in)" if turns else "(in, out)"
