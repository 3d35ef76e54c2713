"""The native plan: steps of kernels, products and NumPy calls, with their memory.

It is what backends that compile print. Only values that pass from one step to another,
or to the caller, have memory; what stays in a kernel has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate, chain
from math import prod

import numpy as np

from hubel.compiler.blocks import block_calls, zeros_call
from hubel.compiler.coords import Shape, may_find_wrong, strides_of
from hubel.compiler.cse import cse
from hubel.compiler.dead import dead
from hubel.compiler.find_sweep import find_sweep, is_small
from hubel.compiler.fold import fold
from hubel.compiler.locate import Location, locate
from hubel.compiler.lower import KernelCall, lower
from hubel.compiler.memory import Interval, place
from hubel.compiler.narrow import narrow
from hubel.compiler.phases import find_phases
from hubel.compiler.picks import is_scatter
from hubel.compiler.plan import Home, memory_of
from hubel.compiler.products import products
from hubel.compiler.regions import Group, Regions, find_regions
from hubel.compiler.reuse import find_reuse
from hubel.compiler.schedule import readers, schedule
from hubel.compiler.simplify import simplify
from hubel.compiler.sweep import Sweep
from hubel.compiler.to_primitives import to_primitives
from hubel.graph.graph import CoreGraph
from hubel.graph.node import Node, describe

MOST_PRODUCTS = 32
"""Larger batches are left to NumPy: each of their products is a call to compile."""


@dataclass(frozen=True, slots=True, eq=False)
class Matrix:
    """An operand of a product.

    Attributes
    ----------
    root : Node
        Whose memory.
    offset : int
        Elements from its start.
    stride : int
        Elements from one row to the next, of what lies in memory.
    turned : bool
        Whether the operand is the transpose of what lies in memory.
    """

    root: Node
    offset: int
    stride: int
    turned: bool


@dataclass(frozen=True, slots=True, eq=False)
class ProductCall:
    """A matrix product of m x k and k x n.

    Attributes
    ----------
    node : Node
    left, right : Matrix
    m, n, k : int
    offset : int
        Elements from the start of the node's memory to those of this product.
    """

    node: Node
    left: Matrix
    right: Matrix
    m: int
    n: int
    k: int
    offset: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class HostCall:
    """A gate that NumPy runs."""

    node: Node


Step = KernelCall | ProductCall | HostCall | Sweep


@dataclass(frozen=True, slots=True, eq=False)
class NativePlan:
    """A graph as steps over memory; plain data.

    Attributes
    ----------
    graph : CoreGraph
        Of primitive gates.
    steps : tuple of Step
    homes : dict of Node to Home
        For each node that has memory: ``arena``, ``fresh`` or ``donated``.
    locations : dict of Node to Location
        For each node, whose memory its value lies in.
    scratch : dict of int to int
        Step number to the offset of a kernel's scratch rows in the arena.
    writes : dict of str to str
        Output name to the name of the donated input that holds it afterwards.
    arena : int
        Bytes of the arena.
    live : int
        The largest sum of bytes alive at a time in the arena.
    precision : str
        ``float32``, or ``bfloat16`` where products of float32 may be rounded so.
    """

    graph: CoreGraph
    steps: tuple[Step, ...]
    homes: dict[Node, Home]
    locations: dict[Node, Location]
    scratch: dict[int, int]
    writes: dict[str, str]
    arena: int
    live: int
    precision: str = "float32"

    def describe(self, bodies: bool = False) -> str:
        """Print steps, buffers and bytes; with ``bodies``, every kernel whole."""
        lines = [
            f"native plan: {len(self.steps)} steps, arena {self.arena:,} bytes "
            f"(at most {self.live:,} alive at a time)"
        ]
        for number, step in enumerate(self.steps):
            lines.append(f"step {number}: {self._title(step)}")
            if bodies and isinstance(step, KernelCall):
                lines += [f"  {line}" for line in step.kernel.text().splitlines()]
            if bodies and isinstance(step, Sweep):
                lines += [f"  {line}" for line in step.text().splitlines()]
            for node in _nodes(step):
                if node in self.homes:
                    where = self.homes[node]
                    name = self.graph.names[node]
                    lines.append(
                        f"  {name}: {describe(node)}  {node.nbytes:,} bytes in "
                        f"{where.kind}"
                    )
        return "\n".join(lines)

    def _title(self, step: Step) -> str:
        if isinstance(step, KernelCall):
            space = " x ".join(map(str, step.space)) or "1"
            gates = " ".join(n.gate.name for n in step.nodes)
            return f"kernel {step.kernel.key} over {space}: {gates}"
        if isinstance(step, ProductCall):
            turned = "T" * step.left.turned, "T" * step.right.turned
            return f"product {step.m} x {step.k}{turned[0]} x {step.n}{turned[1]}"
        if isinstance(step, Sweep):
            return step.text().partition("\n")[0]
        return f"NumPy's {step.node.gate.name}"


def make_native_plan(
    graph: CoreGraph, writes: Mapping[str, str], precision: str = "float32"
) -> NativePlan:
    """Cut a graph into steps and give what passes between them its memory.

    Parameters
    ----------
    graph : CoreGraph
        After the passes.
    writes : mapping of str to str
        Output name to the name of the donated input that is to hold it.
    precision : str
        Of products of float32.
    """
    graph = simplify(fold(products(to_primitives(graph))))
    graph = dead(cse(narrow(graph)))
    swept = _plan_of_sweep(graph, dict(writes))
    if swept is not None:
        return swept
    order = schedule(graph, writes)
    regions = find_regions(graph, order, writes)
    plan = _Maker(graph, order, regions, dict(writes)).plan()
    return replace(plan, precision=precision)


def _plan_of_sweep(graph: CoreGraph, writes: dict[str, str]) -> NativePlan | None:
    """Make the plan of a graph that one sweep computes; only outputs have memory."""
    if not is_small(graph):
        return None
    locations = locate(graph.nodes)
    roots = [locations[node].root for node in graph.outputs.values()]
    stored = dict.fromkeys(root for root in roots if not root.is_leaf)
    sweep = find_sweep(graph, writes, tuple(stored))
    if sweep is None:
        return None
    handed_out = {memory_of(node) for node in graph.outputs.values()}
    homes: dict[Node, Home] = {}
    for name, node in graph.outputs.items():
        if node not in stored or node in homes:
            continue
        given = graph.inputs.get(writes.get(name, ""))
        if given is not None and given not in handed_out:
            homes[node] = Home("donated", base=given)
            locations[node] = Location(given, 0, strides_of(given.shape))
        elif name not in writes and node.shape and not node.weak:
            homes[node] = Home("fresh")
    rest = [root for root in stored if root not in homes]
    offsets, arena = place([Interval(0, 1, root.nbytes) for root in rest])
    for root, offset in zip(rest, offsets, strict=True):
        homes[root] = Home("arena", offset)
    live = sum(root.nbytes for root in rest)
    return NativePlan(graph, (sweep,), homes, locations, {}, writes, arena, live)


class _Maker:
    def __init__(
        self,
        graph: CoreGraph,
        order: tuple[Node, ...],
        regions: Regions,
        writes: dict[str, str],
    ) -> None:
        self.graph, self.order, self.writes = graph, order, writes
        self.regions, self.places = regions, regions.places
        self.locations = dict(regions.locations)
        self.position = {node: i for i, node in enumerate(order)}
        self.homes: dict[Node, Home] = {}
        self.last = self._last_uses()
        self.checked = self._last_check()

    def plan(self) -> NativePlan:
        """Make the plan."""
        self._place_outputs()
        self.reused = find_reuse(self.regions, self.last, self.homes)
        for node, first in self.reused.items():
            strides = strides_of(node.shape)
            self.locations[node] = Location(first, 0, strides)
        pieces = [self._pieces(step) for step in self.regions.steps]
        scratch, arena, live = self._place_rest(pieces)
        return NativePlan(
            self.graph,
            tuple(chain(*pieces)),
            self.homes,
            self.locations,
            scratch,
            self.writes,
            arena,
            live,
        )

    def root(self, node: Node) -> Node:
        """Return the node in whose memory a value lies."""
        return self.regions.locations[node].root

    def _last_uses(self) -> dict[Node, int]:
        """Return the last step that needs the memory of each node.

        What only its own kernel needs is left out: it has no memory.
        """
        last: dict[Node, int] = {}
        for number, step in enumerate(self.regions.steps):
            for source in _sources(step):
                last[self.root(source)] = number
            if isinstance(step, Node):
                last.setdefault(step, number)
            else:
                for node in step.totals:
                    last.setdefault(node, number)
        for node in self.graph.outputs.values():
            last[self.root(node)] = len(self.regions.steps)
        return {n: i for n, i in last.items() if not n.is_leaf}

    def _last_check(self) -> int:
        """Return the last step that may find an input wrong; -1 if there is none.

        Where a value is looked at again, the first look has found all there is.
        """
        first: dict[Node, int] = {}
        for number, step in enumerate(self.regions.steps):
            for node in (step,) if isinstance(step, Node) else step.members:
                if may_find_wrong(node):
                    first.setdefault(node, number)
        return max(first.values(), default=-1)

    def _place_outputs(self) -> None:
        """Compute outputs where they will be handed out from, wherever that is safe."""
        for name, node in self.graph.outputs.items():
            if node.is_leaf or node in self.homes or self.root(node) is not node:
                continue
            if name in self.writes:
                given = self.graph.inputs[self.writes[name]]
                if self._may_overwrite(given, node):
                    self.homes[node] = Home("donated", base=given)
                    strides = strides_of(given.shape)
                    self.locations[node] = Location(given, 0, strides)
            elif node.shape and not node.weak:
                self.homes[node] = Home("fresh")

    def _may_overwrite(self, given: Node, writer: Node) -> bool:
        """Whether writing into an input destroys nothing that is still needed."""
        if self.regions.written.get(writer) is not given:
            return False
        if any(memory_of(node) is given for node in self.graph.outputs.values()):
            return False
        number = self.places[writer]
        if number <= self.checked:  # it is copied when all inputs were fine
            return False
        step = self.regions.steps[number]
        if isinstance(step, Node):  # a product or NumPy's gate reads while it writes
            return all(self._read_by(r) < number for r in self._readers(given))
        if writer in step.totals:
            return all(self._read_by(r) < number for r in self._readers(given))
        return all(self._read_by(r) <= number for r in self._readers(given))

    def _readers(self, given: Node) -> Iterator[Node]:
        for reader in readers(self.graph, given):
            if not reader.gate.facts.view or reader in self.places:
                yield reader

    def _read_by(self, reader: Node) -> int:
        """Return the last step that computes a node."""
        found = self.places.get(reader, -1)
        for number, step in enumerate(self.regions.steps):
            if isinstance(step, Group) and reader in step.members:
                found = max(found, number)
        return found

    def _pieces(self, step: Group | Node) -> tuple[Step, ...]:
        """Return what a step of the regions becomes: one or more of the plan's."""
        if isinstance(step, Node):
            blocks = block_calls(step, self.locations)
            return blocks or _products(step, self.locations) or (HostCall(step),)
        kept = [n for n in step.members if n in self.last and self._is_here(n, step)]
        zeros = [zeros_call(n, self.locations) for n in kept if is_scatter(n)]
        return (*zeros, lower(step, kept, self.locations, self.position))

    def _is_here(self, node: Node, step: Group) -> bool:
        return self.places.get(node) == step.number

    def _place_rest(
        self, pieces: list[tuple[Step, ...]]
    ) -> tuple[dict[int, int], int, int]:
        """Put what is left into the arena; return scratch rows, its bytes, the most."""
        spans: list[Interval] = []
        homeless = [n for n in self.order if n in self.last and n not in self.homes]
        buffers = [n for n in homeless if n not in self.reused]
        end = {node: self.last[node] for node in buffers}
        for node, first in self.reused.items():
            end[first] = max(end[first], self.last[node])
        for node in buffers:
            spans.append(Interval(self.places[node], end[node], node.nbytes))
        rows = [(i, max(map(_scratch_bytes, steps))) for i, steps in enumerate(pieces)]
        rows = [(i, size) for i, size in rows if size]
        spans += [Interval(i, i, size) for i, size in rows]
        offsets, total = place(spans)
        for node, offset in zip(buffers, offsets, strict=False):
            self.homes[node] = Home("arena", offset)
        for node, first in self.reused.items():
            self.homes[node] = self.homes[first]
        of_rows = offsets[len(buffers) :]
        start = [0, *accumulate(map(len, pieces))]
        scratch = {
            number: at
            for (i, _), at in zip(rows, of_rows, strict=True)
            for number in range(start[i], start[i + 1])
        }
        live = max(
            (
                sum(s.nbytes for s in spans if s.first <= t <= s.last)
                for t in range(len(pieces) + 1)
            ),
            default=0,
        )
        return scratch, total, live


def _sources(step: Group | Node) -> Iterator[Node]:
    """Give what a step reads from memory."""
    if isinstance(step, Node):
        yield from step.inputs
    else:
        for node in step.members:
            yield from [i for i in node.inputs if i not in step.members]


def _nodes(step: Step) -> tuple[Node, ...]:
    """Return the nodes whose values a step may put into memory."""
    if isinstance(step, Sweep):
        return step.arrays
    return step.nodes if isinstance(step, KernelCall) else (step.node,)


def _scratch_bytes(step: Step) -> int:
    """Return the bytes of a kernel's scratch rows."""
    if not isinstance(step, KernelCall) or not step.space:
        return 0
    row = -(-8 * step.space[-1] // 64) * 64
    return len(find_phases(step.kernel).scratch) * row


def _products(
    node: Node, locations: Mapping[Node, Location]
) -> tuple[ProductCall, ...]:
    """Return a matrix product as calls of BLAS, where it is such: one, or a few."""
    if node.gate.name != "matmul" or node.dtype.name not in ("float32", "float64"):
        return ()
    if any(i.dtype != node.dtype or not i.size for i in node.inputs) or not node.size:
        return ()
    first, second = node.inputs
    left, right = locations[first], locations[second]
    if len(second.shape) <= 2:
        rows, columns = _as_rows(first.shape, left), _as_columns(second.shape, right)
        if rows is not None and columns is not None:
            k = first.shape[-1]
            n = second.size // k
            return (ProductCall(node, rows, columns, node.size // n, n, k),)
    return _batch(node, left, right)


def _batch(node: Node, left: Location, right: Location) -> tuple[ProductCall, ...]:
    """Return a product for each place in a small batch; none if the batch is large."""
    first, second = [i.shape for i in node.inputs]
    m, k, n = prod(first[-2:-1]), first[-1], prod(second[1:][-1:])  # 1 of vectors
    size = node.size // (m * n)
    if size > MOST_PRODUCTS:
        return ()
    axes = len(first[-2:]) - 1 + len(second[-2:]) - 1
    batch = node.shape[: len(node.shape) - axes]
    found: list[ProductCall] = []
    for number, index in enumerate(np.ndindex(*batch)):
        rows = _as_rows(first[-2:], _at(left, first, index))
        columns = _as_columns(second[-2:], _at(right, second, index))
        if rows is None or columns is None:
            return ()
        found.append(ProductCall(node, rows, columns, m, n, k, number * m * n))
    return tuple(found)


def _at(where: Location, shape: Shape, index: Shape) -> Location:
    """Return where the matrix at a place of the batch lies, if need be repeated."""
    own = len(shape) - len(shape[-2:])
    steps = zip(index[len(index) - own :], shape, where.strides, strict=False)
    offset = sum(i * stride for i, n, stride in steps if n > 1)
    return Location(where.root, where.offset + offset, where.strides[own:])


def _as_columns(shape: Shape, where: Location) -> Matrix | None:
    """See a vector as a column."""
    if len(shape) == 1:
        return _matrix((*shape, 1), (*where.strides, 0), where)
    return _matrix(shape, where.strides, where)


def _as_rows(shape: Shape, where: Location) -> Matrix | None:
    """See a vector as a row, and the leading axes of many as one if they run on."""
    strides = where.strides
    if len(shape) < 2:
        return _matrix((1, *shape), (0, *strides), where)
    rows, down = shape[-2], strides[-2]
    for length, stride in zip(shape[-3::-1], strides[-3::-1], strict=True):
        if stride != down * rows:
            return None
        rows *= length
    return _matrix((rows, shape[-1]), (down, strides[-1]), where)


def _matrix(shape: Shape, strides: Shape, where: Location) -> Matrix | None:
    """Return how BLAS sees an operand, if its rows or columns lie in one piece."""
    (rows, columns), (down, right) = shape, strides
    if (right == 1 or columns == 1) and (down >= columns or rows == 1):
        return Matrix(where.root, where.offset, max(down, columns), False)
    if (down == 1 or rows == 1) and (right >= rows or columns == 1):
        return Matrix(where.root, where.offset, max(right, rows), True)
    return None
