"""The drawing of a graph: what a notebook shows, and what is saved."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from hubel.errors import OptionError
from hubel.graph.graph import CoreGraph
from hubel.transforms.groups import Group
from hubel.transforms.stations import Shown, Style, show
from hubel.transforms.steps import steps
from hubel.transforms.swept import Swept
from hubel.view import Inside, Markup, graph, graph_page, raster


@dataclass(frozen=True, eq=False)
class Drawing:
    """A drawn graph; a notebook shows it, :meth:`save` keeps it.

    Made by :meth:`Graph.draw`.
    """

    core: CoreGraph
    swept: Swept
    style: Style
    title: str

    @cached_property
    def shown(self) -> Shown:
        """The stations, and what each stands for."""
        return show(self.core, self.swept, self.style, title=self.title)

    @property
    def svg(self) -> Markup:
        """The drawing as SVG, the same text for the same graph."""
        return graph(self.shown.diagram)

    @property
    def page(self) -> Markup:
        """A page in one file that plays both sweeps step by step."""
        told = steps(self.shown, self.swept, self.style.digits)
        return graph_page(self.shown.diagram, told, list(self._insides()))

    def _insides(self) -> Iterator[Inside]:
        """Draw what is inside each station that stands for many gates."""
        for place, piece in enumerate(self.shown.pieces):
            if isinstance(piece, Group) and piece.nodes[-1].inputs:
                title = f"Inside {piece.label}"
                inner = show(self.core, self.swept, self.style, piece.nodes, title)
                yield Inside(place, inner.diagram)

    def to_dot(self) -> str:
        """Write the graph for Graphviz."""
        lines = ["digraph hubel {", "  rankdir=LR;", "  node [fontname=sans];"]
        for place, station in enumerate(self.shown.diagram.stations):
            form = {"gate": "ellipse", "layer": "box"}.get(station.kind, "plaintext")
            lines.append(f"  n{place} [label={_quoted(station.label)}, shape={form}];")
        for source, reader, _ in self.shown.diagram.wires():
            start = self.shown.diagram.stations[source]
            said = "\n".join(t for t in (start.value, start.gradient) if t)
            text = f" [label={_quoted(said)}]" if said else ""
            lines.append(f"  n{source} -> n{reader}{text};")
        return "\n".join([*lines, "}", ""])

    def to_mermaid(self) -> str:
        """Write the graph for Mermaid, which many wikis draw."""
        lines = ["flowchart LR"]
        for place, station in enumerate(self.shown.diagram.stations):
            label = _entities(station.label)
            form = '(["{}"])' if station.kind == "gate" else '["{}"]'
            lines.append(f"  n{place}{form.format(label)}")
        for source, reader, _ in self.shown.diagram.wires():
            start = self.shown.diagram.stations[source]
            said = " / ".join(_entities(t) for t in (start.value, start.gradient) if t)
            arrow = f'-- "{said}" -->' if said else "-->"
            lines.append(f"  n{source} {arrow} n{reader}")
        return "\n".join([*lines, ""])

    def to_json(self) -> str:
        """Write what is drawn as JSON: stations in order, with their inputs."""
        stations = [
            {
                "label": s.label,
                "kind": s.kind,
                "name": s.name,
                "inputs": list(s.inputs),
                "shape": s.shape,
                "value": s.value,
                "gradient": s.gradient,
                "output": s.output,
            }
            for s in self.shown.diagram.stations
        ]
        document = {"title": self.shown.diagram.title, "stations": stations}
        return json.dumps(document, ensure_ascii=False, indent=1) + "\n"

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it as a picture, a page or text; the ending says which.

        ``.svg``, ``.png``, ``.html``, ``.dot``, ``.json`` or ``.mmd`` (Mermaid).

        Raises
        ------
        OptionError
            For a name with another ending.
        """
        place = Path(path)
        writers: dict[str, Callable[[], str | bytes]] = {
            ".svg": lambda: self.svg,
            ".png": lambda: raster(self.svg),
            ".html": lambda: self.page,
            ".dot": self.to_dot,
            ".json": self.to_json,
            ".mmd": self.to_mermaid,
        }
        if place.suffix not in writers:
            raise OptionError(
                f"{place.name!r} has no ending that a drawing is saved with",
                remedy=f"use one of {', '.join(writers)}",
            )
        found = writers[place.suffix]()
        place.write_bytes(found.encode() if isinstance(found, str) else found)

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> dict[str, str]:
        """Return the picture and its text, for notebooks."""
        return {"image/svg+xml": str(self.svg), "text/plain": repr(self)}

    def __repr__(self) -> str:
        stations = self.shown.diagram.stations
        wires = sum(len(station.inputs) for station in stations)
        return f"<drawing of {len(stations)} stations and {wires} wires>"


def _quoted(text: str) -> str:
    """Write a string of the DOT language."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _entities(text: str) -> str:
    """Write a text that stands between quotes in Mermaid."""
    plain = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;"}
    return "".join(plain.get(c, c) for c in " ".join(text.split()))
