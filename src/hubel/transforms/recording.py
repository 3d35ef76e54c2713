"""A function recorded once, ready for every way to find its Jacobian."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hubel.derive.effort import Effort, effort
from hubel.derive.local import dtype_between
from hubel.derive.sweeps import Pair, Sweeps
from hubel.errors import DifferentiationError
from hubel.graph.node import KNOWN, Node, spec_of
from hubel.structure import Block, Operator, Zero
from hubel.tracing.trace import Trace
from hubel.tracing.traced import Traced
from hubel.tracing.tree import Tree, flatten, unflatten
from hubel.transforms.dead import warn_if_dead
from hubel.transforms.gradients import lower, name_of, trace_arguments

Value = Any


@dataclass(frozen=True, eq=False)
class Recording:
    """A function's trace between some of its arguments and its result.

    Attributes
    ----------
    f : callable
        The function.
    trace : Trace
        What it did, with values.
    result : tree
        What it returned, with the trace's handles.
    inputs : dict of str to Node
        The leaves of the arguments by their paths; that of a single array is ``""``.
    outputs : dict of str to Node
        The leaves of the result, by theirs, as far as they depend on arguments.
    rows : dict of str to tuple of int
        The shapes of all leaves of the result.
    tree : Tree
        The structure of the arguments.
    single : bool
        Whether one argument was asked for by its number alone.
    sweeps : Sweeps
        Sweeps between inputs and outputs.
    """

    f: Callable[..., Any]
    trace: Trace
    result: Any
    inputs: dict[str, Node]
    outputs: dict[str, Node]
    rows: dict[str, tuple[int, ...]]
    tree: Tree
    single: bool
    sweeps: Sweeps

    @property
    def value(self) -> Any:
        """What the function returned."""
        return lower(self.trace, self.result)

    def effort(self) -> Effort:
        """Count what sweeps cost."""
        return effort(self.sweeps.flow, self.sweeps.inputs, self.sweeps.outputs)

    def operator(self, blocks: Mapping[Pair, Operator]) -> Operator:
        """Put the Jacobians of outputs with respect to inputs together by paths."""
        if list(self.rows) == list(self.inputs) == [""]:
            return self._shown(blocks, "", self.inputs[""])
        found = {
            (row, column): self._shown(blocks, row, node)
            for row in self.rows
            for column, node in self.inputs.items()
        }
        columns = {path: node.shape for path, node in self.inputs.items()}
        return Block(found, self.rows, columns)

    def _shown(
        self, blocks: Mapping[Pair, Operator], row: str, source: Node
    ) -> Operator:
        node = self.outputs.get(row)
        if node is None:
            return Zero(self.rows[row], source.shape, dtype_between(source, source))
        return blocks[node, source]

    def arrays(self, blocks: Mapping[Pair, Value]) -> Any:
        """Put dense Jacobians together as trees: the result's, of the arguments'."""
        _, tree = flatten(self.result)
        leaves = [self._row(blocks, path) for path in self.rows]
        return unflatten(tree, leaves)

    def _row(self, blocks: Mapping[Pair, Value], row: str) -> Any:
        node = self.outputs.get(row)
        found: list[Value] = []
        for source in self.inputs.values():
            shape = self.rows[row] + source.shape
            block = None if node is None else blocks[node, source]
            found.append(np.zeros(shape, source.dtype) if block is None else block)
        parts = unflatten(self.tree, found)
        return parts[0] if self.single else tuple(parts)

    def warn_if_dead(self, blocks: Mapping[Pair, Any]) -> None:
        """Warn of an argument on which nothing depends through a derivative."""
        found = {s: b for (_, s), b in blocks.items() if not isinstance(b, Zero)}
        if len(found) == len(self.inputs):
            return
        inputs, outputs = list(self.inputs.values()), list(self.outputs.values())
        warn_if_dead(self.f, self.trace, outputs, inputs, found)


def record(
    f: Callable[..., Any],
    argnums: int | Sequence[int],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
) -> Recording:
    """Run a function on traced values of some of its arguments.

    Raises
    ------
    DifferentiationError
        If an argument carries no gradient, or a leaf of the result is no number.
    """
    single = not isinstance(argnums, Sequence)
    positions = tuple(argnums) if isinstance(argnums, Sequence) else (argnums,)
    with Trace(with_values=True) as trace:
        traced, nodes, tree = trace_arguments(f, trace, args, positions)
        result = f(*traced, **kwargs)
    trace.check_captured()
    inputs = dict(zip(_columns(tree, positions, args, single), nodes, strict=True))
    leaves, result_tree = flatten(result)
    rows: dict[str, tuple[int, ...]] = {}
    outputs: dict[str, Node] = {}
    for path, leaf in zip(result_tree.paths(), leaves, strict=True):
        if not isinstance(leaf, KNOWN):
            raise DifferentiationError(
                f"{name_of(f)} returned {type(leaf).__name__}"
                + (f" at {path}" if path else ""),
                remedy="return numbers, arrays, or containers of them",
            )
        if not isinstance(leaf, Traced) or leaf.recorder is not trace:
            rows[path] = spec_of(leaf).shape
            continue
        rows[path] = leaf.shape
        if leaf.dtype.kind in "fc":
            outputs[path] = leaf.node
    ends = list(outputs.values())
    sweeps = Sweeps(trace.nodes, trace.values, nodes, ends)
    return Recording(f, trace, result, inputs, outputs, rows, tree, single, sweeps)


def _columns(
    tree: Tree, positions: Sequence[int], args: tuple[Any, ...], single: bool
) -> list[str]:
    """Name the leaves: by their paths in one argument, else after its number."""
    if single and tree.children[0].kind is None:
        return [""]  # one array: the quick way, as it is the most frequent
    found: list[str] = []
    for path in tree.paths():
        first, _, rest = path.partition(".")
        number = str(positions[int(first)] % len(args))
        found.append(rest if single else f"{number}.{rest}" if rest else number)
    return found
