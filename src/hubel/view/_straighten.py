"""Heights for the vertices of columns, such that chains and long wires are straight.

Brandes and Köpf (2001): in four ways (from the left or the right, from the top or the
bottom) every vertex is aligned with a middle neighbour, aligned vertices form a block
of one height, the blocks are packed, and the middle of the four heights is taken. The
packing is by longest paths, in two directions, which has no special cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from hubel.view._columns import Columns

Heights = dict[int, float]


def heights(columns: Columns, tall: Sequence[float], gap: float) -> Heights:
    """Return the height of the middle of each vertex, the smallest extent at 0.

    Parameters
    ----------
    columns : Columns
        Vertices in their order.
    tall : sequence of float
        How much room each vertex needs above and below its middle, together.
    gap : float
        What lies between two vertices of a column at least.
    """
    crossing = _conflicts(columns)
    found: list[Heights] = []
    for rightward in (True, False):
        for downward in (True, False):
            view = _View.of(columns, rightward=rightward, downward=downward)
            height = _pack(view, _align(view, crossing), tall, gap)
            found.append(height if downward else {v: -y for v, y in height.items()})
    return _middle(found, tall)


@dataclass(frozen=True)
class _View:
    """Columns as they are seen from one of the four corners."""

    columns: list[list[int]]
    neighbours: list[list[int]]
    place: dict[int, int] = field(default_factory=dict[int, int])

    @classmethod
    def of(cls, columns: Columns, *, rightward: bool, downward: bool) -> _View:
        order = columns.columns if rightward else columns.columns[::-1]
        turned = [column if downward else column[::-1] for column in order]
        place = {v: i for column in turned for i, v in enumerate(column)}
        near = columns.left if rightward else columns.right
        return cls(turned, [sorted(n, key=place.__getitem__) for n in near], place)


def _conflicts(columns: Columns) -> set[tuple[int, int]]:
    """Find the pieces of wires that cross a piece between two bends: those give way."""
    found: set[tuple[int, int]] = set()
    for before, column in pairwise(columns.columns):
        at = {v: i for i, v in enumerate(before)}
        pieces = [
            (at[n], i, n, v) for i, v in enumerate(column) for n in columns.left[v]
        ]
        inner = [p for p in pieces if columns.is_bend(p[2]) and columns.is_bend(p[3])]
        for start, end, near, vertex in pieces:
            if columns.is_bend(near) and columns.is_bend(vertex):
                continue
            if any((start - a) * (end - b) < 0 for a, b, _, _ in inner):
                found.add((near, vertex))
    return found


def _align(view: _View, crossing: set[tuple[int, int]]) -> dict[int, int]:
    """Give each vertex the first vertex of its block."""
    root = {v: v for column in view.columns for v in column}
    for column in view.columns:
        lowest = -1
        for vertex in column:
            near = view.neighbours[vertex]
            for i in sorted({(len(near) - 1) // 2, len(near) // 2} if near else ()):
                pair = (near[i], vertex)
                free = pair not in crossing and pair[::-1] not in crossing
                over = view.place[near[i]]
                if free and over > lowest and root[vertex] == vertex:
                    root[vertex], lowest = root[near[i]], over
    return root


def _pack(
    view: _View, root: dict[int, int], tall: Sequence[float], gap: float
) -> Heights:
    """Put the blocks as high as their neighbours allow, then close the gaps."""
    above: dict[int, dict[int, float]] = {r: {} for r in root.values()}
    below: dict[int, dict[int, float]] = {r: {} for r in root.values()}
    for column in view.columns:
        for upper, lower in pairwise(column):
            apart = (tall[upper] + tall[lower]) / 2 + gap
            a, b = root[upper], root[lower]
            above[b][a] = below[a][b] = max(above[b].get(a, 0.0), apart)
    order = _in_order(above, below)
    height: Heights = {}
    for block in order:
        height[block] = max((height[a] + d for a, d in above[block].items()), default=0)
    for block in reversed(order):
        room = min((height[b] - d for b, d in below[block].items()), default=None)
        if room is not None:
            height[block] = max(height[block], room)
    return {vertex: height[block] for vertex, block in root.items()}


def _in_order(
    above: dict[int, dict[int, float]], below: dict[int, dict[int, float]]
) -> list[int]:
    """Order blocks so that each follows those above it."""
    waiting = {block: len(over) for block, over in above.items()}
    ready = [block for block, count in waiting.items() if not count]
    order: list[int] = []
    while ready:
        block = ready.pop()
        order.append(block)
        for lower in below[block]:
            waiting[lower] -= 1
            if not waiting[lower]:
                ready.append(lower)
    return order


def _middle(found: list[Heights], tall: Sequence[float]) -> Heights:
    """Bring four drawings to one place and take the mean of the middle two heights."""
    spans = [
        (
            min((y - tall[v] / 2 for v, y in height.items()), default=0.0),
            max((y + tall[v] / 2 for v, y in height.items()), default=0.0),
        )
        for height in found
    ]
    top, bottom = min(spans, key=lambda span: span[1] - span[0])
    moved: list[Heights] = []
    for height, span, up in zip(found, spans, (True, False) * 2, strict=True):
        by = top - span[0] if up else bottom - span[1]
        moved.append({v: y + by for v, y in height.items()})
    middle: Heights = {}
    for vertex in found[0]:
        several = sorted(height[vertex] for height in moved)
        middle[vertex] = (several[1] + several[2]) / 2
    highest = min((y - tall[v] / 2 for v, y in middle.items()), default=0.0)
    return {vertex: y - highest for vertex, y in middle.items()}
