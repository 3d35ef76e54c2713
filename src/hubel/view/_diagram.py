"""What a drawing of a graph shows, as plain data: stations joined by wires."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from hubel.errors import GraphError

Kind = Literal["input", "constant", "gate", "layer"]


@dataclass(frozen=True)
class Station:
    """One thing that wires run to and from: an input, a gate, or a layer of gates.

    Attributes
    ----------
    label : str
        What is written on it: a gate's sign, an input's name.
    kind : str
        ``"input"``, ``"constant"``, ``"gate"``, or ``"layer"`` for many gates in one.
    inputs : tuple of int
        The stations that its wires come from, by their place in the diagram, all of
        them smaller than its own.
    name : str
        How text calls it.
    value, gradient : str
        What is written above and below the wire that leaves it; empty for nothing.
    shape : str
        The shape of an array, such as ``"200 × 10"``; empty for a number.
    partials : tuple of str
        For each input, the part of that input's gradient that comes from here.
    notes : tuple of str
        Lines that show while the pointer is on it.
    output : str
        The name under which its value leaves the graph; empty if it does not.
    """

    label: str
    kind: Kind = "gate"
    inputs: tuple[int, ...] = ()
    name: str = ""
    value: str = ""
    gradient: str = ""
    shape: str = ""
    partials: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    output: str = ""


@dataclass(frozen=True)
class Diagram:
    """Stations in an order in which each follows what it is computed from.

    Attributes
    ----------
    stations : tuple of Station
        What is drawn.
    title, description : str
        What a reader who does not see the picture is told.
    branches : bool
        Whether the gradients that add up where a wire branches are written at the
        ends of its branches.
    """

    stations: tuple[Station, ...]
    title: str = "Computational graph"
    description: str = ""
    branches: bool = False

    def __post_init__(self) -> None:
        """Refuse wires that would run backward."""
        for place, station in enumerate(self.stations):
            if any(not 0 <= source < place for source in station.inputs):
                raise GraphError(
                    f"station {place} ({station.label!r}) has inputs {station.inputs}",
                    remedy="Put every station after those that it is computed from.",
                )

    def wires(self) -> Iterator[tuple[int, int, int]]:
        """List each wire: where it starts, where it ends, and at which input."""
        for place, station in enumerate(self.stations):
            for port, source in enumerate(station.inputs):
                yield source, place, port

    def readers(self) -> list[list[int]]:
        """List for each station those that read it, once for each wire."""
        found: list[list[int]] = [[] for _ in self.stations]
        for source, place, _ in self.wires():
            found[source].append(place)
        return found


def ranks(diagram: Diagram) -> list[int]:
    """Give each station its column: as far left as its wires allow.

    What has no inputs moves right, to the column before its first reader, as one
    writes it by hand.

    Examples
    --------
    >>> x, w, b = (Station(name, "input") for name in "xwb")
    >>> net = Diagram(
    ...     (x, w, Station("×", inputs=(0, 1)), b, Station("+", inputs=(2, 3)))
    ... )
    >>> ranks(net)
    [0, 0, 1, 1, 2]
    """
    found: list[int] = []
    for station in diagram.stations:
        found.append(1 + max((found[i] for i in station.inputs), default=-1))
    for place, readers in enumerate(diagram.readers()):
        if not diagram.stations[place].inputs and readers:
            found[place] = min(found[r] for r in readers) - 1
    return found
