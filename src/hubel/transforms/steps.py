"""The sweeps of a graph, told step by step with their numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hubel.derive.local import local_gradient
from hubel.graph.node import Node
from hubel.transforms.groups import Group
from hubel.transforms.signs import amount, shape, sign
from hubel.transforms.stations import Shown
from hubel.transforms.swept import Swept
from hubel.view import Station, Step


def steps(shown: Shown, swept: Swept, digits: int) -> list[Step]:
    """Tell the forward sweep, and the backward sweep where there was one."""
    told = _Told(shown, swept, digits)
    found = list(told.forward()) if swept.values else []
    return [*found, *told.backward()] if swept.gradients else found


class _Told:
    """Words for the steps of one drawing."""

    def __init__(self, shown: Shown, swept: Swept, digits: int) -> None:
        self.shown = shown
        self.stations = shown.diagram.stations
        self.swept = swept
        self.digits = digits

    def forward(self) -> Iterator[Step]:
        """Tell what each station computes."""
        leaves = tuple(i for i, s in enumerate(self.stations) if not s.inputs)
        first = True
        for place, station in enumerate(self.stations):
            if not station.inputs:
                continue
            given = [self.stations[i] for i in station.inputs]
            says = f"{station.name}: {_listed(given)} → {station.value or '…'}"
            known = (*leaves, place) if first else (place,)
            yield Step("forward", place, says, values=known)
            first = False

    def backward(self) -> Iterator[Step]:
        """Tell what each station passes back, from the output to the inputs."""
        waiting = [len(readers) for readers in self.shown.diagram.readers()]
        ends = tuple(
            i for i, s in enumerate(self.stations) if s.output or not waiting[i]
        )
        if not ends:
            return
        says = "The gradient of the output with respect to itself"
        start = self.stations[ends[-1]].gradient
        seen = tuple(i for i in ends if not waiting[i])
        yield Step("backward", ends[-1], f"{says} is {start}.", gradients=seen)
        for place in range(len(self.stations) - 1, -1, -1):
            station = self.stations[place]
            if not station.inputs or not station.gradient:
                continue
            done: list[int] = []
            for source in station.inputs:
                waiting[source] -= 1
                if not waiting[source]:
                    done.append(source)
            says = f"{station.name} takes the upstream gradient {station.gradient}"
            lines = (*self._passed(place), *self._gathered(done, station))
            yield Step("backward", place, says, lines, gradients=tuple(done))

    def _passed(self, place: int) -> Iterator[str]:
        """Write for each input of a gate: upstream × local gradient = downstream."""
        piece = self.shown.pieces[place]
        if isinstance(piece, Group):
            return
        for position, source in zip(
            sign(piece)[1], self.stations[place].inputs, strict=True
        ):
            part = self.swept.partial(piece, position)
            if part is None:
                continue
            upstream = self.stations[place].gradient
            local = self._local(piece, position)
            name = self.stations[source].name
            yield f"to {name}: {upstream} × {local} = {amount(part, self.digits)}"

    def _local(self, node: Node, position: int) -> str:
        """Write a local gradient: a number, or its structure and shape."""
        local: Any = local_gradient(node, position, self.swept.values)
        if isinstance(local, (int, float, complex)):
            return amount(local, self.digits)
        kind = type(local).__name__.lower()
        sizes = f"({shape(node) or '1'}) × ({shape(node.inputs[position]) or '1'})"
        return f"{kind} Jacobian {sizes}"

    def _gathered(self, done: list[int], station: Station) -> Iterator[str]:
        """Write the sums at branches that are complete now."""
        readers = self.shown.diagram.readers()
        for source in dict.fromkeys(done):
            gathered = self.stations[source]
            if len(readers[source]) > 1 and gathered.gradient:
                count = len(readers[source])
                yield f"{gathered.name} adds up {count} branches: {gathered.gradient}"


def _listed(stations: list[Station]) -> str:
    """Write names with values: ``w0 = 2.00 and x0 = −1.00``."""
    parts = [f"{s.name} = {s.value}" if s.value else s.name for s in stations]
    return " and ".join(parts) if len(parts) < 3 else ", ".join(parts)
