"""Where everything of a drawn graph stands: stations, wires and their texts.

A column is as wide as its widest station, the longest text on a wire that leaves it,
and the room in which wires change their heights. Texts stand only on the straight part
of a wire, beside its station, so they never meet another wire of their column.
"""

from __future__ import annotations

from dataclasses import dataclass

from hubel.view._columns import Columns, arrange
from hubel.view._diagram import Diagram, Station
from hubel.view._straighten import heights
from hubel.view._svg import text_width

MARGIN = 16.0
LINE = 15.0
"""The height of a line of text."""
ROUND = 15.0
"""The radius of a gate whose sign is short."""
_GAP = 10.0
_PORT = 7.0
"""The distance between the ends of two wires at one station."""
_BEND = (26.0, 84.0)
"""The least and the greatest width in which wires change their heights."""
_TAIL = 22.0
"""The length of the wire that leaves the graph, beyond its text."""


@dataclass(frozen=True)
class Place:
    """A station on the page.

    Attributes
    ----------
    x, y : float
        Its middle.
    wide, tall : float
        Its extent.
    wire : float
        How long the straight wire is that leaves it, from its right edge.
    """

    x: float
    y: float
    wide: float
    tall: float
    wire: float

    @property
    def right(self) -> float:
        """The right edge, where its wire starts."""
        return self.x + self.wide / 2

    @property
    def left(self) -> float:
        """The left edge, where wires end."""
        return self.x - self.wide / 2

    @property
    def fork(self) -> float:
        """The end of the straight wire, where it may branch."""
        return self.right + self.wire


Curve = list[tuple[float, float]]
"""Points of a wire: the segment between two of them is straight or a soft bend."""


@dataclass(frozen=True)
class Placed:
    """A whole drawing, placed: `places` by station, `curves` by wire."""

    width: float
    height: float
    places: list[Place]
    curves: dict[tuple[int, int, int], Curve]
    diagram: Diagram
    bends: int


def lay_out(diagram: Diagram) -> Placed:
    """Place the stations and wires of a diagram, from left to right."""
    columns = arrange(diagram)
    vertices = len(columns.left)
    sizes = [_size(station, diagram) for station in diagram.stations]
    readers = diagram.readers()
    tall = [_room(s, sizes[i][1]) for i, s in enumerate(diagram.stations)]
    tall += [4.0] * (vertices - len(tall))
    height = heights(columns, tall, _GAP)
    across = _across(diagram, columns, sizes, height)
    top = MARGIN
    places = [Place(0, 0, 0, 0, 0)] * len(diagram.stations)
    for number, column in enumerate(columns.columns):
        left, widest, wire, _ = across[number]
        for v in column:
            if columns.is_bend(v):
                continue
            wide, high = sizes[v]
            # Names of inputs end where their wires begin; gates stand in the middle.
            inset = (
                widest - wide
                if diagram.stations[v].kind == "input"
                else ((widest - wide) / 2)
            )
            straight = left + widest + wire - (left + inset + wide)
            if not readers[v]:
                straight = _written(diagram.stations[v]) + _TAIL
            places[v] = Place(
                left + inset + wide / 2, top + height[v], wide, high, straight
            )
    width = max((_end(p, s) for p, s in zip(places, diagram.stations, strict=True)))
    low = max((p.y + t / 2 for p, t in zip(places, tall, strict=False)), default=top)
    curves = _curves(diagram, columns, places, height, across, top)
    return Placed(
        width + MARGIN, low + MARGIN, places, curves, diagram, vertices - len(places)
    )


def _size(station: Station, diagram: Diagram) -> tuple[float, float]:
    """Return the width and height of a station."""
    if station.kind in ("input", "constant"):
        return text_width(station.label, bold=True) + 6, LINE + 4
    port = LINE + 2 if diagram.branches else _PORT
    high = max(2 * ROUND, port * (len(station.inputs) + 1))
    return max(2 * ROUND, text_width(station.label) + 18), high


def _room(station: Station, high: float) -> float:
    """Return the height that a station and the texts on its wire need."""
    above = LINE * (bool(station.value) + bool(station.shape)) + 3
    below = LINE * bool(station.gradient) + 3
    return max(high, 2 * max(above, below))


def _written(station: Station) -> float:
    """Return the length of the longest text on a station's wire."""
    texts = (station.value, station.gradient, station.shape)
    longest = max(text_width(text) for text in texts)
    return longest + 12 if longest else 0.0


def _end(place: Place, station: Station) -> float:
    """Return where a station ends on the right, with the name of an output."""
    name = text_width(station.output, bold=True) + 8 if station.output else 0.0
    return place.fork + name


def _across(
    diagram: Diagram,
    columns: Columns,
    sizes: list[tuple[float, float]],
    height: dict[int, float],
) -> list[tuple[float, float, float, float]]:
    """Return for each column its left edge, and the widths of its three parts."""
    found: list[tuple[float, float, float, float]] = []
    left = MARGIN
    for column in columns.columns:
        own = [v for v in column if not columns.is_bend(v)]
        wide = max((sizes[v][0] for v in own), default=0.0)
        wire = max((_written(diagram.stations[v]) for v in own), default=0.0) + 4
        steep = max(
            (abs(height[v] - height[r]) for v in column for r in columns.right[v]),
            default=0.0,
        )
        bend = min(max(_BEND[0], 0.55 * steep), _BEND[1]) + _landing(diagram)
        found.append((left, wide, wire, bend))
        left += wide + wire + bend
    return found


def _landing(diagram: Diagram) -> float:
    """Return the room for the gradients at the ends of branches, where shown."""
    if not diagram.branches:
        return 0.0
    texts = [text for s in diagram.stations for text in s.partials]
    return max(map(text_width, texts), default=0.0) + 8


def _curves(
    diagram: Diagram,
    columns: Columns,
    places: list[Place],
    height: dict[int, float],
    across: list[tuple[float, float, float, float]],
    top: float,
) -> dict[tuple[int, int, int], Curve]:
    """Return the points of each wire, from where its straight part ends."""
    column_of = {v: i for i, column in enumerate(columns.columns) for v in column}
    ports = _ports(diagram, columns, places, height, top)
    found: dict[tuple[int, int, int], Curve] = {}
    for wire, passed in columns.routes.items():
        source, reader, port = wire
        points = [(places[source].fork, places[source].y)]
        for bend in passed:
            left, wide, straight, _ = across[column_of[bend]]
            y = top + height[bend]
            points += [(left, y), (left + wide + straight, y)]
        end = places[reader].left
        column = across[column_of[reader]][0]
        y = ports[reader, port]
        if diagram.branches:
            column -= _landing(diagram)
        points += [(column, y), (end, y)] if end > column else [(end, y)]
        found[wire] = points
    return found


def _ports(
    diagram: Diagram,
    columns: Columns,
    places: list[Place],
    height: dict[int, float],
    top: float,
) -> dict[tuple[int, int], float]:
    """Return the height at which each wire ends, in the order in which they arrive."""
    gap = LINE + 2 if diagram.branches else _PORT
    found: dict[tuple[int, int], float] = {}
    for reader, station in enumerate(diagram.stations):
        arriving: list[tuple[float, int]] = []
        for port, source in enumerate(station.inputs):
            passed = columns.routes[source, reader, port]
            y = top + height[passed[-1]] if passed else places[source].y
            arriving.append((y, port))
        for i, (_, port) in enumerate(sorted(arriving)):
            offset = (i - (len(arriving) - 1) / 2) * gap
            found[reader, port] = places[reader].y + offset
    return found
