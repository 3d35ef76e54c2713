"""Loops: a plan that runs again and again, each step on what the last one left.

A loop says where each input of its plan comes from. Two runners follow it: `StepLoop`
here, a call of the plan for each step, and ``hubel.compiler.llvm.loop``, with all steps
in one call of native code. Both take the same arrays and leave the same in them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from hubel.compiler.numpy_plan import NumpyPlan
from hubel.compiler.plan import Plan
from hubel.errors import GraphError
from hubel.graph.node import Node, describe

Array = Any


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """A plan, and what its inputs and outputs are from step to step.

    Inputs that are not named here are the same at every step.

    Attributes
    ----------
    plan : Plan
    carried : dict of str to str
        Output name to the name of the input that it is at the next step.
    gathered : tuple of str
        Inputs whose rows are picked from longer arrays, the same rows of each.
    stepped : tuple of str
        Inputs that are the next entry of an array at each step.
    collected : tuple of str
        Outputs, scalars, that are kept of each step. The loop ends after a step whose
        first one is not finite.
    """

    plan: Plan
    carried: dict[str, str]
    gathered: tuple[str, ...]
    stepped: tuple[str, ...]
    collected: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse outputs that go nowhere, and carried values that change their kind."""
        graph = self.plan.graph
        if set(graph.outputs) != {*self.carried, *self.collected}:
            raise GraphError("every output of a loop is either carried or collected")
        for output, given in self.carried.items():
            new, old = graph.outputs[output].spec, graph.inputs[given].spec
            if new != old:
                raise GraphError(
                    f"a step gives {describe(new)} ({output}) for what was "
                    f"{describe(old)} ({given})",
                    remedy="keep shapes and dtypes the same from step to step",
                )
        if any(graph.outputs[name].shape for name in self.collected):
            raise GraphError("only scalars are collected")

    @property
    def batch(self) -> int:
        """How many rows are picked at each step."""
        first = self.gathered[:1]
        return self.plan.graph.inputs[first[0]].shape[0] if first else 0

    @property
    def kept(self) -> tuple[Node, ...]:
        """The nodes of what is collected."""
        return tuple(self.plan.graph.outputs[name] for name in self.collected)


class Progress(NamedTuple):
    """What a runner did.

    Attributes
    ----------
    done : int
        Steps; fewer than were asked for if a loss was not finite.
    collected : tuple of arrays of shape (done,)
    """

    done: int
    collected: tuple[Array, ...]


class Runner(Protocol):
    """What runs a loop, on arrays that it was given when it was made."""

    def __call__(self, steps: int, rows: Array, stepped: Sequence[Array]) -> Progress:
        """Run so many steps.

        Parameters
        ----------
        steps : int
            At least 1.
        rows : int64 array of shape (at least steps * batch,)
            The rows that are picked, one batch after the other.
        stepped : sequence of arrays of shape (at least steps, ...)
            In the order of the loop's ``stepped``.
        """
        ...


class StepLoop:
    """Run a loop step by step.

    Parameters
    ----------
    loop : Loop
    values : mapping of str to array
        Every input by name, but those that are stepped. What is carried is updated in
        place; Python's numbers are arrays of no dimensions here. What is gathered is
        the long array.
    run : callable, optional
        The plan, ready to run; on NumPy when left out.
    """

    def __init__(
        self,
        loop: Loop,
        values: Mapping[str, Array],
        run: Callable[[Sequence[Array]], tuple[Array, ...]] | None = None,
    ) -> None:
        self.loop, self._values = loop, values
        self._run = run or NumpyPlan(loop.plan)
        inputs = loop.plan.graph.inputs
        self._buffers = {
            name: np.empty(inputs[name].shape, inputs[name].dtype)
            for name in loop.gathered
        }
        outputs = list(loop.plan.graph.outputs)
        self._copied = [
            (outputs.index(output), given)
            for output, given in loop.carried.items()
            if loop.plan.writes.get(output) != given
        ]
        self._kept = [outputs.index(name) for name in loop.collected]

    def __call__(self, steps: int, rows: Array, stepped: Sequence[Array]) -> Progress:
        """Run so many steps; see `Runner`."""
        loop = self.loop
        found = [np.empty(steps, node.dtype) for node in loop.kept]
        for step in range(steps):
            self._gather(rows[step * loop.batch : (step + 1) * loop.batch])
            entries = {n: a[step] for n, a in zip(loop.stepped, stepped, strict=True)}
            outputs = self._run(self._inputs(entries))
            for number, given in self._copied:
                self._values[given][...] = outputs[number]
            for array, number in zip(found, self._kept, strict=True):
                array[step] = outputs[number]
            if found and not math.isfinite(found[0][step]):
                return Progress(step + 1, tuple(a[: step + 1] for a in found))
        return Progress(steps, tuple(found))

    def _gather(self, rows: Array) -> None:
        """Copy the rows of a step into the buffers."""
        for name, buffer in self._buffers.items():
            # "clip" lets NumPy write straight into `out`.
            np.take(self._values[name], rows, axis=0, out=buffer, mode="clip")

    def _inputs(self, entries: Mapping[str, Array]) -> list[Array]:
        """Put the values of a step into the order of the plan's inputs."""
        known = {**self._values, **self._buffers, **entries}
        return [
            known[name].item() if node.weak else known[name]
            for name, node in self.loop.plan.graph.inputs.items()
        ]
