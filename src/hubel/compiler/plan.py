"""A plan: a graph made ready to run many times.

The plan says in which order nodes run and where each value lives: in an input, in the
arena, in a donated array, in a fresh array that is handed out, or as a view of another
value. The NumPy backend reads it, and decides none of this again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hubel.compiler.memory import Interval, place
from hubel.compiler.schedule import readers, schedule
from hubel.graph.graph import CoreGraph
from hubel.graph.node import Node, describe


@dataclass(frozen=True, slots=True, eq=False)
class Home:
    """Where the value of a computed node lives.

    Attributes
    ----------
    kind : str
        ``arena`` (at ``offset``), ``fresh`` (allocated at each call and handed out),
        ``donated`` (in the array of input ``base``), ``view`` (of node ``base``) or
        ``free`` (what the gate returns: scalars, and gates that cannot fill a buffer).
    """

    kind: str
    offset: int = 0
    base: Node | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A graph with its order and memory; plain data.

    Attributes
    ----------
    graph : CoreGraph
        After the passes.
    order : tuple of Node
        The schedule.
    homes : dict of Node to Home
        For every computed node.
    writes : dict of str to str
        Output name to the name of the donated input that holds it afterwards.
    arena : int
        Bytes of the arena.
    live : int
        The largest sum of bytes that are alive at one time in the arena.
    precision : str
        ``float32``, or ``bfloat16`` where products of float32 may be rounded so.
    """

    graph: CoreGraph
    order: tuple[Node, ...]
    homes: dict[Node, Home]
    writes: dict[str, str]
    arena: int
    live: int = 0
    precision: str = "float32"

    def describe(self) -> str:
        """Print nodes, buffers and bytes as text."""
        names = self.graph.names
        computed = [node for node in self.order if not node.is_leaf]
        lines = [
            f"plan: {len(computed)} nodes, arena {self.arena:,} bytes "
            f"(at most {self.live:,} alive at a time)"
        ]
        for node in computed:
            given = ", ".join(names[i] for i in node.inputs)
            lines.append(
                f"  {names[node]} = {node.gate.name}({given})  "
                f"{describe(node)}  {node.nbytes:,} bytes in {self._where(node)}"
            )
        return "\n".join(lines)

    def _where(self, node: Node) -> str:
        home = self.homes[node]
        if home.base is not None:
            return f"{home.kind} of {self.graph.names[home.base]}"
        return f"arena+{home.offset}" if home.kind == "arena" else home.kind


def make_plan(
    graph: CoreGraph,
    donated: Mapping[str, str] | None = None,
    precision: str = "float32",
) -> Plan:
    """Schedule a graph and give every value its place.

    Parameters
    ----------
    graph : CoreGraph
        After the passes.
    donated : mapping of str to str, optional
        Output name to the name of the input whose array may hold it afterwards.
    precision : str
        How native code may round products; NumPy never rounds more than its dtypes.
    """
    writes = _possible(graph, donated or {})
    order = schedule(graph, writes)
    homes: dict[Node, Home] = {}
    _place_outputs(graph, order, writes, homes)
    _place_views(order, homes)
    arena, live = _place_rest(graph, order, homes)
    return Plan(graph, order, homes, writes, arena, live, precision)


def _possible(graph: CoreGraph, donated: Mapping[str, str]) -> dict[str, str]:
    """Keep the donations whose arrays fit their outputs; scalars are no arrays."""
    return {
        output: given
        for output, given in donated.items()
        if graph.outputs[output].spec == graph.inputs[given].spec
        and graph.inputs[given].shape
    }


def _place_outputs(
    graph: CoreGraph,
    order: tuple[Node, ...],
    writes: Mapping[str, str],
    homes: dict[Node, Home],
) -> None:
    """Compute outputs where they will be handed out from, wherever that is safe."""
    position = {node: i for i, node in enumerate(order)}
    for name, node in graph.outputs.items():
        if node.is_leaf or node in homes or not node.gate.facts.fills or node.weak:
            continue
        if name in writes:
            given = graph.inputs[writes[name]]
            if _last_reader(graph, given, node, position):
                homes[node] = Home("donated", base=given)
        elif node.shape:
            homes[node] = Home("fresh")


def _last_reader(
    graph: CoreGraph, given: Node, writer: Node, position: Mapping[Node, int]
) -> bool:
    """Whether writing into an input destroys nothing that is still needed."""
    if any(memory_of(node) is given for node in graph.outputs.values()):
        return False
    for reader in readers(graph, given):
        if reader is writer:
            if not writer.gate.facts.inplace or not set(writer.inputs) & {given}:
                return False
        elif position[reader] > position[writer]:
            return False
    return True


def memory_of(node: Node) -> Node:
    """Return the node in whose memory a value may lie, through layout changes."""
    while node.gate.facts.view:
        node = node.inputs[0]
    return node


def _place_views(order: tuple[Node, ...], homes: dict[Node, Home]) -> None:
    """Find the layout changes that copy nothing, by trying them on zeros.

    Zeros pass every check of values; what memory happens to hold may not.
    """
    trial: dict[Node, Any] = {}
    for node in order:
        if node in homes or node.is_leaf or not node.gate.facts.view:
            trial[node] = np.zeros(node.shape, node.dtype)
            continue
        base = trial[node.inputs[0]]
        result = node.gate.forward(
            base, *[trial[i] for i in node.inputs[1:]], **node.params
        )
        if not node.size or np.may_share_memory(result, base):
            homes[node] = Home("view", base=node.inputs[0])
            trial[node] = result
        else:
            trial[node] = np.zeros(node.shape, node.dtype)


def _place_rest(
    graph: CoreGraph, order: tuple[Node, ...], homes: dict[Node, Home]
) -> tuple[int, int]:
    """Put what is left into the arena; return its bytes and the most alive at once."""
    last = _last_uses(graph, order, homes)
    buffers: list[Node] = []
    for node in order:
        if node.is_leaf or node in homes:
            continue
        if node.weak or not node.gate.facts.fills:
            homes[node] = Home("free")
        else:
            buffers.append(node)
    position = {node: i for i, node in enumerate(order)}
    merged = _in_place(buffers, position, last)
    roots = [n for n in buffers if merged[n] is n]
    end = {root: max(last[n] for n in buffers if merged[n] is root) for root in roots}
    spans = [Interval(position[n], end[n], n.nbytes) for n in roots]
    offsets, total = place(spans)
    at = dict(zip(roots, offsets, strict=True))
    for node in buffers:
        homes[node] = Home("arena", at[merged[node]])
    live = max(
        (
            sum(s.nbytes for s in spans if s.first <= t <= s.last)
            for t in range(len(order))
        ),
        default=0,
    )
    return total, live


def _last_uses(
    graph: CoreGraph, order: tuple[Node, ...], homes: dict[Node, Home]
) -> dict[Node, int]:
    """Return the last step that reads each node, directly or through its views."""
    position = {node: i for i, node in enumerate(order)}
    last = dict(position)
    for node in order:
        for source in node.inputs:
            last[source] = max(last[source], position[node])
    for node in graph.outputs.values():
        last[node] = len(order)
    for node in reversed(order):
        home = homes.get(node)
        if home is not None and home.kind == "view" and home.base is not None:
            last[home.base] = max(last[home.base], last[node])
    return last


def _in_place(
    buffers: list[Node], position: dict[Node, int], last: dict[Node, int]
) -> dict[Node, Node]:
    """Let a gate write over an argument that dies with it; return each one's root."""
    root: dict[Node, Node] = {}
    for node in buffers:
        root[node] = node
        if not node.gate.facts.inplace:
            continue
        for source in node.inputs:
            fits = source in root and source.spec == node.spec
            if fits and last[source] == position[node]:
                root[node] = root[source]
                break
    return root
