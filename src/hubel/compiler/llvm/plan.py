"""The LLVM backend: a plan as machine code, with calls of NumPy where it has none."""

from __future__ import annotations

import ctypes
import functools
import struct
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hubel.compiler.llvm.arrays import Control
from hubel.compiler.llvm.jit import Loaded, compile_module
from hubel.compiler.llvm.program import UNUSABLE, Program, Stretch, is_number
from hubel.compiler.llvm.quick import Quick, quick_call
from hubel.compiler.memory import ALIGNMENT
from hubel.compiler.native import HostCall, NativePlan, make_native_plan
from hubel.compiler.numpy_plan import NumpyPlan
from hubel.compiler.plan import Plan
from hubel.graph.node import CONSTANT, INPUT, Node

Array = Any


class LlvmPlan:
    """Run a plan as machine code.

    Calls are serialised by a lock, because they share the arena.

    Parameters
    ----------
    plan : Plan
        What is run.
    fallback : NumpyPlan, optional
        Runs a call whose arrays native code cannot take, and finds the words for what
        is wrong with its values; made when it is needed.
    strict : bool
        Whether each operation is rounded on its own, as in NumPy.
    apart : bool
        Whether each step can be called by itself, see `steps`.

    Attributes
    ----------
    plan : Plan
    native : NativePlan
        The same in steps.
    text : str
        The module.

    Raises
    ------
    NativeError
        If there is no native form, such as without a BLAS.
    """

    def __init__(
        self,
        plan: Plan,
        fallback: NumpyPlan | None = None,
        *,
        strict: bool = False,
        apart: bool = False,
    ) -> None:
        self.plan, self._fallback = plan, fallback
        self.native: NativePlan = make_native_plan(
            plan.graph, plan.writes, plan.precision
        )
        program = Program(self.native, strict=strict, apart=apart)
        self.text = program.text
        loaded = compile_module(self.text)
        self._enter = loaded.entry("hubel.enter")
        self._memory = _Memory(self.native, program, loaded)
        stretches = [] if program.is_whole else program.stretches
        self._quick: Any = None
        if program.is_whole:
            self._quick = self._memory.quick(self._enter)
        self._work = [self._piece(each, loaded) for each in stretches]
        self._names = [each.name for each in stretches]
        self._address = loaded.address
        self._lock = threading.Lock()

    def __call__(self, inputs: Sequence[Array]) -> tuple[Array, ...]:
        """Run on the values of the graph's inputs; return those of its outputs."""
        memory = self._memory
        with self._lock:
            if self._quick is not None:
                found = self._quick(inputs)
                if found.__class__ is tuple:
                    return found
            arrays = memory.arrays(inputs)
            status = UNUSABLE if arrays is None else self._enter()
            if status == UNUSABLE:
                arrays = memory.contiguous(inputs)
                status = UNUSABLE if arrays is None else self._enter()
            if status == 0 and arrays is not None:
                # What stops at wrong values has not written donated arrays yet.
                if not any(piece(arrays) for piece in self._work):
                    return memory.results(arrays, inputs)
                status = 1
        if self._fallback is None:
            self._fallback = NumpyPlan(self.plan)
        return self._fallback(inputs if status == UNUSABLE else self._kept(inputs))

    def _kept(self, inputs: Sequence[Array]) -> list[Array]:
        """Copy the donated arrays: NumPy writes before it finds what is wrong."""
        donated = set(self.plan.writes.values())
        pairs = zip(self.plan.graph.inputs, inputs, strict=True)
        return [np.copy(each) if name in donated else each for name, each in pairs]

    def steps(
        self, inputs: Sequence[Array]
    ) -> list[tuple[int, Callable[[], int]]] | None:
        """Put the arrays of a call in place, and return what does each of its steps.

        The plan was made with ``apart``, and is not called before the steps were used.

        Returns
        -------
        list of (int, callable) or None
            The address of the step's native function, 0 for a step that Python does,
            and what calls it. None if native code cannot take the arrays.
        """
        arrays = self._memory.contiguous(inputs)
        if arrays is None or self._enter() != 0:
            return None
        pairs = zip(self._names, self._work, strict=True)
        return [
            (self._address(name) if name else 0, functools.partial(piece, arrays))
            for name, piece in pairs
        ]

    def _piece(self, stretch: Stretch, loaded: Loaded) -> Callable[[list[Array]], int]:
        if stretch.name:
            function = loaded.entry(stretch.name)
            return lambda _: function()
        (step,) = stretch.steps
        assert isinstance(step, HostCall)  # nothing else has no name
        return self._memory.host_call(step.node)


class _Memory:
    """The arrays of a plan's values: where they are at each call."""

    def __init__(self, plan: NativePlan, program: Program, loaded: Loaded) -> None:
        self.plan, slots = plan, program.slots
        self.slots = slots
        names = list(plan.graph.inputs.values())
        self.array_inputs = [i for i, n in enumerate(names) if not is_number(n)]
        self.number_inputs = [i for i, n in enumerate(names) if is_number(n)]
        self.inputs = {node: i for i, node in enumerate(names)}
        self.fresh = [(n.shape, n.dtype) for n in slots.arrays[slots.inputs :]]
        kinds = "".join("d" if n.dtype.kind == "f" else "q" for n in slots.numbers)
        self.control = Control.of(loaded, "hubel.control", len(slots.arrays), kinds)
        self.place = {node: i for i, node in enumerate(slots.arrays)}
        first = len(slots.arrays)
        self.number_place = {node: first + i for i, node in enumerate(slots.numbers)}
        self.static = {n: np.asarray(n.known, order="C") for n in slots.constants}
        space = np.empty(plan.arena + ALIGNMENT, np.uint8)
        start = -space.ctypes.data % ALIGNMENT
        self.arena = space[start : start + plan.arena]
        self._write_table(loaded)
        for node, home in plan.homes.items():
            if home.kind == "arena":
                flat = self.arena[home.offset : home.offset + node.nbytes]
                self.static[node] = flat.view(node.dtype).reshape(node.shape)
        self._outputs = [self._output(name) for name in plan.graph.outputs]
        self._copies = [
            (number, self.inputs[plan.graph.inputs[plan.writes[name]]])
            for number, name in enumerate(plan.graph.outputs)
            if name in plan.writes and not self._is_donated(plan.graph.outputs[name])
        ]

    def _write_table(self, loaded: Loaded) -> None:
        table = (ctypes.c_int64 * self.slots.count).from_address(
            loaded.variable("hubel.table")
        )
        table[0] = self.arena.ctypes.data
        for node in self.slots.constants:
            table[self.slots.place[node]] = self.static[node].ctypes.data

    def arrays(self, inputs: Sequence[Array]) -> list[Array] | None:
        """Collect the arrays of a call and write the control block."""
        found = [inputs[i] for i in self.array_inputs]
        for i, each in enumerate(found):
            if each.__class__ is not np.ndarray:
                found[i] = np.asarray(each)
        found += [np.empty(shape, dtype) for shape, dtype in self.fresh]
        return self._put(found, inputs)

    def contiguous(self, inputs: Sequence[Array]) -> list[Array] | None:
        """Do the same with copies of what does not lie in one piece.

        None where a donated array does not, as its copy would be written.
        """
        found: list[Array] = []
        for i, writes in zip(self.array_inputs, self.slots.written, strict=False):
            each = np.asarray(inputs[i])
            usable = each.flags.c_contiguous and each.flags.aligned
            if writes and not usable:
                return None
            found.append(each if usable else np.array(each, order="C"))
        found += [np.empty(shape, dtype) for shape, dtype in self.fresh]
        return self._put(found, inputs)

    def _put(self, found: list[Array], inputs: Sequence[Array]) -> list[Array] | None:
        try:
            self.control.put(found, *[inputs[i] for i in self.number_inputs])
        except (struct.error, OverflowError):  # an int beyond 64 bits
            return None
        return found

    def quick(self, enter: Callable[[], int]) -> Any:
        """Return the quick call, if the outputs are of the plain kinds."""
        results = [self._plain(node) for node in self.plan.graph.outputs.values()]
        plain = [each for each in results if each is not None]
        handed = [what for kind, what in plain if kind == "fresh"]
        if len(plain) < len(results) or self._copies or len(set(handed)) < len(handed):
            return None
        made = Quick(
            len(self.inputs),
            self.array_inputs,
            self.number_inputs,
            {
                self.inputs[n]
                for n in self.slots.arrays
                if n in self.inputs and not n.shape
            },
            self.fresh,
            plain,
        )
        control = self.control
        return quick_call(made, control.pack, control.view, control.handle, enter)

    def _plain(self, node: Node) -> tuple[str, Any] | None:
        """Say where an output is found after a call."""
        home = self.plan.homes.get(node)
        if home is None:
            return None
        if home.base is not None:
            return "input", self.inputs[home.base]
        if home.kind == "fresh":
            return "fresh", self.place[node] - self.slots.inputs
        if node.shape:
            return None
        return "number" if node.weak else "scalar", self.static[node]

    # What Python computes --------------------------------------------------------

    def value(self, node: Node, arrays: list[Array]) -> Array:
        """Return a value, which lies in memory or is a view of what does."""
        if node in self.static:
            return self.static[node]
        if node in self.place:
            return arrays[self.place[node]]
        home = self.plan.homes.get(node)
        if home is not None and home.base is not None:
            return arrays[self.place[home.base]]
        if node.gate is INPUT:  # one of Python's numbers
            return self._number(node)
        given = [self.value(i, arrays) for i in node.inputs]
        return node.gate.forward(*given, **node.params)

    def _number(self, node: Node) -> Array:
        place = 8 * self.number_place[node]
        code = "=d" if node.dtype.kind == "f" else "=q"
        return struct.unpack_from(
            code, memoryview(self.control.memory).cast("B"), place
        )[0]

    def host_call(self, node: Node) -> Callable[[list[Array]], int]:
        """Return what computes a node with NumPy and puts it where it belongs."""

        def call(arrays: list[Array]) -> int:
            given = [self._given(i, arrays) for i in node.inputs]
            out = self.value(node, arrays)
            with np.errstate(all="ignore"):
                if node.gate.facts.fills and not node.weak:
                    node.gate.forward(*given, **node.params, out=out)
                else:
                    out[...] = node.gate.forward(*given, **node.params)
            return 0

        return call

    def _given(self, node: Node, arrays: list[Array]) -> Array:
        """Return an argument as NumPy's gates want it: weak values as Python's."""
        value = self.value(node, arrays)
        if node.gate is CONSTANT:
            return node.known
        return value.item() if node.weak and hasattr(value, "item") else value

    # What comes back -------------------------------------------------------------

    def results(
        self, arrays: list[Array], inputs: Sequence[Array]
    ) -> tuple[Array, ...]:
        """Return the outputs: nothing that a later call will overwrite."""
        found = [output(arrays) for output in self._outputs]
        for number, given in self._copies:
            np.copyto(inputs[given], found[number])
            found[number] = inputs[given]
        return tuple(found)

    def _is_donated(self, node: Node) -> bool:
        home = self.plan.homes.get(node)
        return home is not None and home.kind == "donated"

    def _output(self, name: str) -> Callable[[list[Array]], Array]:
        node = self.plan.graph.outputs[name]
        home = self.plan.homes.get(node)
        if home is not None and (home.base is not None or home.kind == "fresh"):
            first = next(n for n in self.plan.graph.outputs if self._is(n, node))
            place = self.place[node if home.base is None else home.base]
            if first == name or home.base is not None:
                return lambda arrays: arrays[place]
            return lambda arrays: arrays[place].copy()
        if home is not None and not node.shape:
            memory = self.static[node]
            return (lambda _: memory.item()) if node.weak else (lambda _: memory[()])
        return lambda arrays: _own(node, self.value(node, arrays))

    def _is(self, name: str, node: Node) -> bool:
        return self.plan.graph.outputs[name] is node


def _own(node: Node, value: Array) -> Array:
    """Return a value in memory of its own."""
    if node.weak:
        return value.item() if hasattr(value, "item") else value
    return np.array(value)[()] if not node.shape else np.array(value)
