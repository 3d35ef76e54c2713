"""Batches: what a gate does to many examples at once.

A batch of values is one value with the examples along a new first axis. The rule of a
gate takes a :class:`Call`, in which some arguments are batches and others are the same
for every example, and gives the batch of the results. Where neither the gate's facts
nor its kind have a rule, the gate is applied to one example after the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from hubel.gates.define import ndim_of, shape_of
from hubel.graph.node import Gate
from hubel.graph.registry import GATES, NUMPY, Value, read


@dataclass(frozen=True, slots=True)
class Call:
    """One use of a gate on batches.

    Attributes
    ----------
    gate : Gate
        What is applied.
    args : tuple of value
        The batches among them have the examples along their first axis.
    batched : tuple of bool
        Which arguments are batches.
    params : dict
        The gate's parameters for one example.
    size : int
        The number of examples.
    shape : tuple of int
        The shape of the result for one example.
    dtype : numpy.dtype
        The dtype of the result.
    """

    gate: Gate
    args: tuple[Value, ...]
    batched: tuple[bool, ...]
    params: dict[str, Any]
    size: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    def ndim(self, position: int) -> int:
        """Count the axes of an argument of one example."""
        return ndim_of(self.args[position]) - self.batched[position]

    def spread(self, position: int) -> Value:
        """Give an argument as a batch, repeating what is the same for every example."""
        arg = self.args[position]
        if self.batched[position]:
            return arg
        return GATES["broadcast_to"](arg, shape=(self.size, *shape_of(arg)))

    def aligned(self, position: int, ndim: int) -> Value:
        """Give an argument ``ndim`` axes for each example, as broadcasting does."""
        arg, missing = self.args[position], ndim - self.ndim(position)
        if not missing or not self.batched[position]:
            return arg
        shape = (self.size, *[1] * missing, *shape_of(arg)[1:])
        return GATES["reshape"](arg, shape=shape)

    def again(self, *args: Value, **changed: Any) -> Value:
        """Apply the gate with some of its parameters changed."""
        return self.gate(*args, **{**self.params, **changed})


Batching = Callable[[Call], Value]
"""From a call to the batch of its results."""


def batch(call: Call) -> Value:
    """Apply a gate to a batch of arguments."""
    facts = call.gate.facts
    rule = facts.batch or (lines if facts.lines else KINDS.get(facts.kind, one_by_one))
    return rule(call)


def one_by_one(call: Call) -> Value:
    """Apply the gate to one example after the other."""
    if not call.size:
        return np.zeros((0, *call.shape), call.dtype)
    results: list[Value] = []
    for number in range(call.size):
        args = [
            NUMPY[read](arg, number) if batched else arg
            for arg, batched in zip(call.args, call.batched, strict=True)
        ]
        results.append(call.again(*args))
    return GATES["stack"](*results, axis=0)


def stacked(call: Call) -> Value:
    """Apply a gate that takes any number of axes in front of its own."""
    return call.again(*[call.spread(i) for i in range(len(call.args))])


def broadcast(call: Call) -> Value:
    """Apply a gate that broadcasts its arguments, or the axes in front of its own."""
    places = range(len(call.args))
    ndim = max([call.ndim(i) for i in places], default=0)
    return call.again(*[call.aligned(i, ndim) for i in places])


def lines(call: Call) -> Value:
    """Apply a gate that works along axes, each of which stands one place further on."""
    named = {k: moved(v) for k, v in call.params.items() if k in ("axis", "axes")}
    return call.again(*[call.spread(i) for i in range(len(call.args))], **named)


def moved(axis: Any) -> Any:
    """Count an axis (or several) with the batch in front."""
    if isinstance(axis, tuple):
        return tuple([moved(each) for each in cast("tuple[Any, ...]", axis)])
    return axis + 1 if axis >= 0 else axis


def to_place(value: Value, place: int) -> Value:
    """Bring the batch from the first axis to a place further back."""
    if not place:
        return value
    order = (*range(1, place + 1), 0, *range(place + 1, ndim_of(value)))
    return GATES["transpose"](value, axes=order)


def from_place(value: Value, place: int) -> Value:
    """Bring the batch to the first axis."""
    if not place:
        return value
    order = (place, *range(place), *range(place + 1, ndim_of(value)))
    return GATES["transpose"](value, axes=order)


KINDS: dict[str, Batching] = {
    "elementwise": broadcast,
    "matrix": broadcast,
    "reduction": lines,
}
"""Rules of gates that follow from their kind."""
