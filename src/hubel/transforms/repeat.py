"""Repeat a step: traced once, then many steps at a time, natively where that can be."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hubel.compiler.loop import Loop, Progress, Runner, StepLoop
from hubel.compiler.passes import run_passes
from hubel.compiler.plan import make_plan
from hubel.errors import NativeError, TraceError
from hubel.graph.node import Spec
from hubel.graph.observer import Observer, observer
from hubel.tracing.program import Program, trace_program
from hubel.tracing.tree import flatten
from hubel.transforms.promotion import native
from hubel.transforms.replay import call_graph

Array = Any
Step = Callable[..., tuple[Any, Any]]

NO_ROWS = np.empty(0, np.int64)

WORTH = 0.1
"""Seconds of NumPy that are still ahead, below which compiling is not worth it."""


class Repeat:
    """A step with the arrays that it goes on with, ready to be taken many times.

    It runs on NumPy until native code is there, which `consider` or `settle` asks for.

    Parameters
    ----------
    step : callable
        ``step(carried, fixed, rows, entries)``, called by keywords, gives ``(carried,
        collected)``: the same tree with what the next step starts from, and a tree of
        scalars, the loss first. Written in NumPy.
    carried : tree
        Where to start: arrays, which are updated in place, and Python's numbers.
    fixed : tree
        Arrays and numbers that every step takes.
    sources : sequence of arrays
        Of which each step takes ``batch`` rows.
    batch : int
    entries : tree of Spec
        What the entries of arrays are that each step takes the next of.
    precision : str
        Of products of float32 in native code; see `hubel.compile`.

    Attributes
    ----------
    loop : Loop
    carried, fixed : list of arrays
        The leaves, in order; numbers are arrays of no dimensions.
    backend : str
        ``numpy`` or ``llvm``: what does the next steps.
    seconds : float
        What a step took the last time; 0 before the first one.

    Raises
    ------
    TraceError
        If the step captures a value that is being traced.
    GraphError
        If what is carried changes its shape or dtype.
    """

    def __init__(
        self,
        step: Step,
        carried: Any,
        *,
        fixed: Any = (),
        sources: Sequence[Array] = (),
        batch: int = 0,
        entries: Any = (),
        precision: str = "float32",
    ) -> None:
        rows = tuple(Spec((batch, *a.shape[1:]), a.dtype) for a in sources)
        given = {"carried": carried, "fixed": fixed, "rows": rows, "entries": entries}
        program = trace_program(step, (), given)
        if program.captures:
            raise TraceError(
                "a loop cannot run while one of its values is being traced",
                remedy="call it with arrays, outside of grad, compile and the like",
            )
        self._graph = program.graph
        self.loop = _loop(program, precision)
        self.carried, self.fixed = _held(carried), _held(fixed)
        self.seconds = 0.0
        self._values = {
            **_named("carried", carried, self.carried),
            **_named("fixed", fixed, self.fixed),
            **dict(zip(self.loop.gathered, sources, strict=True)),
        }
        self._runner: Runner = StepLoop(self.loop, self._values)
        self.backend = "numpy"
        self._later: Any = None

    # The backend ------------------------------------------------------------------

    def consider(self, left: int) -> None:
        """Have native code made in the background if so many steps are worth it."""
        if self._later is None and left * self.seconds > WORTH:
            from hubel.compiler.llvm.later import later

            self._later = later(self._native)

    def settle(self) -> None:
        """Make native code now, if there can be any; the backend then stays."""
        from hubel.compiler.llvm.later import Later

        self._later = Later(self._native)
        self._later.run()  # what goes wrong is logged, and NumPy does the steps
        self._look()

    def _native(self) -> Runner | None:
        from hubel.compiler.llvm.available import available

        if not available():
            return None
        from hubel.compiler.llvm.loop import native_loop

        return native_loop(self.loop, self._values) or self._stepwise()

    def _stepwise(self) -> Runner | None:
        """Return native code between NumPy's gates, if there can be any."""
        plan = native(self.loop.plan)
        return StepLoop(self.loop, self._values, plan) if plan else None

    def _look(self) -> None:
        """Go on with native code if it is there."""
        if self.backend == "numpy" and self._later and self._later.ready:
            found = self._later.value()
            if found is not None:
                self._runner, self.backend = found, "llvm"

    # Steps ------------------------------------------------------------------------

    def steps_in(self, seconds: float) -> int:
        """Return how many steps fit into a time, at least 1; 1 while none was taken."""
        return max(int(seconds / self.seconds), 1) if self.seconds else 1

    def __call__(
        self,
        steps: int,
        rows: Array = NO_ROWS,
        entries: Sequence[Array] = (),
    ) -> Progress:
        """Take so many steps, or one that is watched; see `hubel.compiler.loop`."""
        self._look()
        if watch := observer():
            return self._watched(watch, rows, entries)
        start = time.perf_counter()
        try:
            progress = self._runner(steps, rows, entries)
        except NativeError:
            # NumPy says what is wrong.
            StepLoop(self.loop, self._values)(steps, rows, entries)
            raise
        self.seconds = (time.perf_counter() - start) / progress.done
        return progress

    def _watched(
        self, watch: Observer, rows: Array, entries: Sequence[Array]
    ) -> Progress:
        """Take one step under an observer, who may want the same gate by gate."""
        picked, gathered = rows[: self.loop.batch], self.loop.gathered
        given = {
            **{
                n: x[picked] if n in gathered else x.copy()
                for n, x in self._values.items()
            },
            **{n: x[0] for n, x in zip(self.loop.stepped, entries, strict=True)},
        }
        inputs = [given[name] for name in self._graph.inputs]
        found: list[Progress] = []

        def run() -> tuple[Array, ...]:
            found.append(self._runner(1, rows, entries))
            return (*found[0].collected, *self.carried)

        again = functools.partial(call_graph, self._graph, inputs)
        watch.ran("a step", inputs, run, (again,))
        return found[0]


def _held(tree: Any) -> list[Array]:
    """Return the leaves: arrays as they are, numbers in memory of their own."""
    leaves, _ = flatten(tree)
    return [x if isinstance(x, np.ndarray) else np.array(x) for x in leaves]


def _named(kind: str, tree: Any, arrays: list[Array]) -> dict[str, Array]:
    """Give each leaf the name of its input."""
    return dict(zip(flatten(tree)[1].paths(kind), arrays, strict=True))


def _loop(program: Program, precision: str) -> Loop:
    """Say what the inputs and outputs of a traced step are."""
    graph = run_passes(program.graph)
    inputs = list(graph.inputs)
    kinds = {
        kind: [name for name in inputs if name.partition(".")[0] == kind]
        for kind in ("carried", "rows", "entries")
    }
    outputs = list(graph.outputs)
    new = [name for name in outputs if name.split(".")[:2] == ["out", "0"]]
    if len(new) != len(kinds["carried"]):
        raise TraceError(
            f"a step gives {len(new)} arrays to go on with, of {len(kinds['carried'])}",
            remedy="return the same tree that the step was given",
        )
    carried = dict(zip(new, kinds["carried"], strict=True))
    kept = tuple(name for name in outputs if name not in carried)
    plan = make_plan(graph, carried, precision)
    return Loop(plan, carried, tuple(kinds["rows"]), tuple(kinds["entries"]), kept)
