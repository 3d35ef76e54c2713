"""The LLVM backend of loops: many steps in one call of native code.

Before each step the loop writes into the table of addresses where the step finds its
batch and its entries of arrays; then it calls the step. Where the rows of a batch lie
one after the other in their source, the address is all that changes. Other batches are
copied into buffers, row by row.
"""

from __future__ import annotations

import ctypes
import logging
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hubel.compiler.llvm.jit import compile_module
from hubel.compiler.llvm.loop_text import BLOCK, ENTRY, LoopText
from hubel.compiler.llvm.program import Program
from hubel.compiler.loop import Loop, Progress
from hubel.compiler.memory import ALIGNMENT
from hubel.compiler.native import make_native_plan
from hubel.errors import NativeError
from hubel.graph.node import Node

Array = Any

_log = logging.getLogger(__name__)


def native_loop(loop: Loop, values: Mapping[str, Array]) -> LlvmLoop | None:
    """Return a runner in native code; None where there is none for this loop."""
    try:
        return LlvmLoop(loop, values)
    except NativeError as error:
        _log.debug("a loop stays on NumPy: %s", error.problem)
        return None


class LlvmLoop:
    """Run many steps of a loop in one call of native code.

    Parameters
    ----------
    loop : Loop
    values : mapping of str to array
        As of `hubel.compiler.loop.StepLoop`.

    Raises
    ------
    NativeError
        If a step needs NumPy, or an array does not lie in memory as it has to.
    """

    def __init__(self, loop: Loop, values: Mapping[str, Array]) -> None:
        self.loop = loop
        plan = loop.plan
        native = make_native_plan(plan.graph, plan.writes, plan.precision)
        program = Program(native)
        text = LoopText(program, loop)
        _check(loop, values)
        self._loaded = compile_module(text.whole)
        self._run = self._loaded.entry(ENTRY)
        self._lock = threading.Lock()
        self._status = ctypes.c_int64.from_address(
            self._loaded.variable("hubel.status")
        )
        block: Any = ctypes.c_int64 * text.words
        self._block = block.from_address(self._loaded.variable(BLOCK))
        self._kept = self._write_table(program, values)
        self._sources = [values[name] for name in loop.gathered]
        inputs = loop.plan.graph.inputs
        self._buffers = [
            np.empty(inputs[name].shape, inputs[name].dtype) for name in loop.gathered
        ]

    def __call__(self, steps: int, rows: Array, stepped: Sequence[Array]) -> Progress:
        """Run so many steps; see `hubel.compiler.loop.Runner`.

        Raises
        ------
        NativeError
            If a value is not as a gate requires it, such as a label without a class.
        """
        found = [np.empty(steps, node.dtype) for node in self.loop.kept]
        stepped = self._stepped(steps, stepped)
        rows = self._rows(steps, rows)
        words = [steps, _place(rows), *map(_place, stepped)]
        for source, buffer in zip(self._sources, self._buffers, strict=True):
            words += [_place(source), _place(buffer)]
        words += map(_place, found)
        with self._lock:
            self._block[:] = words
            done = self._run()
            status = self._status.value
        if status:
            raise NativeError(f"step {done} of {steps} was given values it cannot take")
        return Progress(done, tuple(array[:done] for array in found))

    def _stepped(self, steps: int, stepped: Sequence[Array]) -> list[Array]:
        """Return the arrays of entries as native code reads them."""
        inputs = self.loop.plan.graph.inputs
        found: list[Array] = []
        for name, array in zip(self.loop.stepped, stepped, strict=True):
            node = inputs[name]
            found.append(np.ascontiguousarray(array, node.dtype))
            if len(array) < steps or array.shape[1:] != node.shape:
                raise NativeError(f"{name} has no entries for {steps} steps")
        return found

    def _rows(self, steps: int, rows: Array) -> Array:
        """Return the rows to pick, all of which are there."""
        rows = np.ascontiguousarray(rows[: steps * self.loop.batch], np.int64)
        if len(rows) < steps * self.loop.batch:
            raise NativeError(f"{len(rows)} rows are too few for {steps} steps")
        least = min(map(len, self._sources), default=0)
        if len(rows) and not 0 <= rows.min() <= rows.max() < least:
            raise NativeError(f"rows to pick are outside of {least:,}")
        return rows

    def _write_table(
        self, program: Program, values: Mapping[str, Array]
    ) -> list[Array]:
        """Write down where everything lies that stays; return what must live on."""
        slots, plan = program.slots, program.plan
        space = np.empty(plan.arena + ALIGNMENT, np.uint8)
        kept: list[Array] = [space, *values.values()]
        place = self._loaded.variable("hubel.table")
        table = (ctypes.c_int64 * slots.count).from_address(place)
        table[0] = _place(space) + -_place(space) % ALIGNMENT
        for node in slots.constants:
            kept.append(np.ascontiguousarray(node.known))
            table[slots.place[node]] = _place(kept[-1])
        for name, node in plan.graph.inputs.items():
            if name in values:
                table[slots.place[node]] = _place(values[name])
        return kept


def _place(array: Array) -> int:
    """Return where the elements of an array begin."""
    place: int = array.__array_interface__["data"][0]
    return place


def _check(loop: Loop, values: Mapping[str, Array]) -> None:
    """Refuse arrays that native code cannot read as they are."""
    for name, node in loop.plan.graph.inputs.items():
        if name in loop.stepped:
            continue
        array, many = values[name], name in loop.gathered
        if not _fits(array, node, many):
            raise NativeError(f"{name} does not lie in memory as native code needs it")
        if name in loop.carried.values() and not array.flags.writeable:
            raise NativeError(f"{name} is read-only")


def _fits(array: Array, node: Node, many: bool) -> bool:
    shape = array.shape[1:] if many else array.shape
    wanted = node.shape[1:] if many else node.shape
    flags = array.flags
    whole = flags.c_contiguous and flags.aligned
    return bool(shape == wanted and array.dtype == node.dtype and whole)
