"""The NumPy backend: a plan as one straight-line function of calls with ``out=``."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hubel.compiler.memory import ALIGNMENT
from hubel.compiler.plan import Home, Plan, memory_of
from hubel.graph.node import CONSTANT, Node
from hubel.graph.registry import GATES

Array = Any


class NumpyPlan:
    """Run a plan on NumPy.

    Calls are serialised by a lock, because they share the arena.

    Attributes
    ----------
    plan : Plan
        What is run.
    source : str
        The Python text of the function; made from the plan alone.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        writer = _Writer(plan)
        self.source = writer.source()
        self._lock = threading.Lock()
        scope = writer.scope
        exec(compile(self.source, "<hubel plan>", "exec"), scope)
        self._run: Callable[..., tuple[Array, ...]] = scope["run"]

    def __call__(self, inputs: Sequence[Array]) -> tuple[Array, ...]:
        """Run on the values of the graph's inputs; return those of its outputs."""
        with self._lock, np.errstate(all="ignore"):
            return self._run(*inputs)


class _Writer:
    """Write the function of a plan, and collect the objects that it names."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.scope: dict[str, Any] = {"empty": np.empty, "copyto": np.copyto}
        self.names: dict[Node, str] = {}
        self.static: dict[Node, Array] = {}  # values that are the same array every call
        self.lines: list[str] = []
        space = np.empty(plan.arena + ALIGNMENT, np.uint8)
        start = -space.ctypes.data % ALIGNMENT
        self.arena = space[start : start + plan.arena]

    def source(self) -> str:
        """Return the text of the function."""
        arguments = self._leaves()
        for number, node in enumerate(self.plan.order):
            if not node.is_leaf:
                self._node(node, f"v{number}")
        results = self._results()
        body = "\n    ".join([*self.lines, f"return ({results})"])
        return f"def run({', '.join(arguments)}):\n    {body}\n"

    def _leaves(self) -> list[str]:
        arguments: list[str] = []
        for number, node in enumerate(self.plan.graph.inputs.values()):
            self.names[node] = f"x{number}"
            arguments.append(f"x{number}")
        for number, node in enumerate(self.plan.order):
            if node.gate is CONSTANT:
                self._bind(node, f"c{number}", node.constant)
        return arguments

    def _bind(self, node: Node, name: str, value: Array) -> None:
        """Name a value that is the same object at every call."""
        self.names[node] = name
        self.static[node] = value
        self.scope[name] = value

    def _node(self, node: Node, name: str) -> None:
        home = self.plan.homes[node]
        if home.kind == "view":
            self._view(node, name, home)
        elif home.kind == "arena":
            self._bind(node, name, self._buffer(node, home))
            self._fill(node, name)
        elif home.kind == "donated" and home.base is not None:
            self.names[node] = name
            self._fill(node, self.names[home.base])
            self.lines.append(f"{name} = {self.names[home.base]}")
        elif home.kind == "fresh":
            self.scope[f"d_{name}"] = node.dtype
            self.lines.append(f"{name} = empty({node.shape}, d_{name})")
            self._fill(node, name)
            self.names[node] = name
        else:
            self._free(node, name)

    def _buffer(self, node: Node, home: Home) -> Array:
        flat = self.arena[home.offset : home.offset + node.nbytes]
        return flat.view(node.dtype).reshape(node.shape)

    def _view(self, node: Node, name: str, home: Home) -> None:
        if home.base in self.static and all(i in self.static for i in node.inputs):
            value = node.gate.forward(
                *[self.static[i] for i in node.inputs], **node.params
            )
            self._bind(node, name, value)
        else:
            self.lines.append(f"{name} = {self._call(node, name)}")
            self.names[node] = name

    def _fill(self, node: Node, target: str) -> None:
        self.lines.append(self._call(node, target, out=target))

    def _free(self, node: Node, name: str) -> None:
        item = ".item()" if node.weak else ""
        self.lines.append(f"{name} = {self._call(node, name)}{item}")
        self.names[node] = name

    def _call(self, node: Node, name: str, out: str = "") -> str:
        """Write the call of a gate's forward function."""
        function = self._function(node, name)
        words = [self.names[i] for i in node.inputs]
        for key, value in node.params.items():
            if isinstance(value, int | float | bool | None):
                words.append(f"{key}={value!r}")
            else:
                self.scope[f"p_{name}_{key}"] = value
                words.append(f"{key}=p_{name}_{key}")
        if out:
            words.append(f"out={out}")
        return f"{function}({', '.join(words)})"

    def _function(self, node: Node, name: str) -> str:
        """Name a forward function; only names of registered gates enter the text."""
        gate = node.gate
        known = GATES.get(gate.name) is gate
        function = f"f_{gate.name}" if known else f"f_own_{name}"
        self.scope[function] = gate.forward
        return function

    def _results(self) -> str:
        """Name what is handed out: nothing that a later call will overwrite.

        Donated arrays are written last, when whatever lies in them was copied.
        """
        copies: list[str] = []
        handed: set[Node] = set()
        words: list[str] = []
        for number, (name, node) in enumerate(self.plan.graph.outputs.items()):
            word = self.names[node]
            given = self.plan.writes.get(name)
            if given is not None:
                target = self.plan.graph.inputs[given]
                if not self._lies_in(node, target):
                    word = self._saved(node, word, f"r{number}")
                    copies.append(f"copyto({self.names[target]}, {word})")
                word = self.names[target]
            elif not self._is_fresh(node) or node in handed:
                self.lines.append(f"r{number} = {_copied(node, word)}")
                word = f"r{number}"
            handed.add(node)
            words.append(word)
        self.lines += copies
        return "".join(f"{word}, " for word in words)

    def _is_fresh(self, node: Node) -> bool:
        return not node.is_leaf and self.plan.homes[node].kind == "fresh"

    def _lies_in(self, node: Node, given: Node) -> bool:
        """Whether a value is in a donated array already."""
        home = self.plan.homes.get(node)
        there = home is not None and home.kind == "donated" and home.base is given
        return node is given or there

    def _saved(self, node: Node, word: str, name: str) -> str:
        """Copy a value that lies in another donated array, which is written too."""
        written = {self.plan.graph.inputs[given] for given in self.plan.writes.values()}
        if memory_of(node) not in written:
            return word
        self.lines.append(f"{name} = {word}.copy()")
        return name


def _copied(node: Node, word: str) -> str:
    """Write an expression for a value of its own: scalars are immutable anyway."""
    if node.weak:
        return word
    if not node.shape:
        return f"{word}[()]"
    return f"{word}.copy()"
