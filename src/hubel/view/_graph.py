"""A computational graph as a drawing, the way lectures draw it.

Wires run from left to right, with the value in green above each and the gradient in red
and italics below it. Inputs are named at the left, the output dangles at the right.
"""

from __future__ import annotations

from collections.abc import Iterator

from hubel.view._diagram import Diagram, Station
from hubel.view._markup import Markup, element, join, number
from hubel.view._placed import LINE, ROUND, Curve, Place, Placed, lay_out
from hubel.view._svg import drawing, group, path, rect, text


def graph(diagram: Diagram) -> Markup:
    """Draw a computational graph.

    Parameters
    ----------
    diagram : Diagram
        Its stations, with what is written on their wires.

    Returns
    -------
    Markup
        An SVG drawing, the same text for the same diagram. Every station and every
        wire carries its number (``data-station``), so that a page may play it.

    Raises
    ------
    GraphError
        If there is no station.

    Examples
    --------
    >>> x = Station("x", "input", value="2.00", gradient="4.00")
    >>> square = Station("x²", inputs=(0,), value="4.00", gradient="1.00", output="y")
    >>> picture = graph(Diagram((x, square), title="A square"))
    >>> picture.startswith("<svg"), "4.00" in picture
    (True, True)
    """
    placed = lay_out(diagram)
    return drawing(
        placed.width,
        placed.height,
        group(*_wires(placed), class_="wires"),
        *_stations(placed),
        title=diagram.title,
        description=diagram.description or _described(diagram),
        dense=placed.width > 900,
    )


def _described(diagram: Diagram) -> str:
    """Say in words what the picture shows: its stations in order."""
    parts: list[str] = []
    for station in diagram.stations:
        said = station.name or station.label
        if station.kind == "gate" and said != station.label:
            said = f"{said} ({station.label})"
        if station.value:
            said += f" = {station.value}"
        if station.gradient:
            said += f", gradient {station.gradient}"
        parts.append(said)
    return "; ".join(parts)


def _wires(placed: Placed) -> Iterator[Markup]:
    """Draw the straight part of each wire, then its branches."""
    reading = placed.diagram.readers()
    for i, place in enumerate(placed.places):
        station = placed.diagram.stations[i]
        if reading[i] or station.output:
            straight = f"M{number(place.right)} {number(place.y)}H{number(place.fork)}"
            yield element("path", d=straight, class_="wire", data_from=str(i))
        if station.output:
            yield _head(place)
    for (source, reader, _), curve in placed.curves.items():
        yield element(
            "path",
            d=_soft(curve),
            class_="wire",
            data_from=str(source),
            data_to=str(reader),
        )


def _head(place: Place) -> Markup:
    """Draw the arrow where a value leaves the graph."""
    x, y = place.fork, place.y
    return path(f"M{number(x - 5)} {number(y - 4)}l5 4l-5 4", class_="wire")


def _soft(curve: Curve) -> str:
    """Write a wire as path data that leaves and arrives flat."""
    (x, y), *rest = curve
    data = f"M{number(x)} {number(y)}"
    for to_x, to_y in rest:
        if abs(to_y - y) < 0.01:
            data += f"H{number(to_x)}"
        else:
            middle = (x + to_x) / 2
            data += (
                f"C{number(middle)} {number(y)} {number(middle)} {number(to_y)} "
                f"{number(to_x)} {number(to_y)}"
            )
        x, y = to_x, to_y
    return data


def _stations(placed: Placed) -> Iterator[Markup]:
    """Draw the stations with the texts on their wires."""
    partials = _partials(placed)
    for i, (station, place) in enumerate(
        zip(placed.diagram.stations, placed.places, strict=True)
    ):
        parts = [_body(station, place), *_written(station, place), *partials[i]]
        if station.output and station.output != "out":
            at = place.fork + 8
            parts.append(text(at, place.y, station.output, class_="strong"))
        tip = [element("title", "\n".join(station.notes))] if station.notes else []
        yield element("g", *tip, *parts, class_="station", data_station=str(i))


def _body(station: Station, place: Place) -> Markup:
    """Draw what stands at the wires' meeting: a name, or a gate with its sign."""
    if station.kind in ("input", "constant"):
        style = "strong" if station.kind == "input" else "muted"
        end = place.right - 4
        return text(end, place.y, station.label, anchor="end", class_=style)
    style = "gate layer" if station.kind == "layer" else "gate"
    round_ = 7.0 if station.kind == "layer" else min(place.tall / 2, ROUND)
    outline = rect(
        place.left,
        place.y - place.tall / 2,
        place.wide,
        place.tall,
        class_=style,
        rx=round_,
    )
    return join([outline, text(place.x, place.y, station.label, anchor="middle")])


def _written(station: Station, place: Place) -> Iterator[Markup]:
    """Write value and shape above the wire, and the gradient below it."""
    at = place.right + 6
    above = place.y - 0.65 * LINE
    if station.value:
        yield text(at, above, station.value, class_="value")
        above -= LINE
    if station.shape:
        yield text(at, above, station.shape, class_="muted")
    if station.gradient:
        yield text(at, place.y + 0.7 * LINE, station.gradient, class_="gradient")


def _partials(placed: Placed) -> list[list[Markup]]:
    """Write at the end of each branch what it adds to its source's gradient."""
    found: list[list[Markup]] = [[] for _ in placed.places]
    reading = placed.diagram.readers()
    for (source, reader, port), curve in placed.curves.items():
        station = placed.diagram.stations[reader]
        shown = placed.diagram.branches and len(reading[source]) > 1
        if not shown or port >= len(station.partials):
            continue
        x, y = curve[-1]
        found[reader].append(
            text(
                x - 4,
                y + 0.7 * LINE,
                station.partials[port],
                anchor="end",
                class_="gradient",
            )
        )
    return found
