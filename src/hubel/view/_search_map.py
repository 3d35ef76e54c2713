"""The map of a search: how good trials are, over two settings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hubel.view._axes import Scale
from hubel.view._markup import Markup, element, number
from hubel.view._svg import drawing, group, path, rect, text, text_width
from hubel.view._theme import OVER_FROM, SHADES
from hubel.view._ticks import log_labels, log_ticks, tick_labels, ticks
from hubel.view._written import percent

_WIDTH, _HEIGHT = 720.0, 440.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 84.0, 24.0, 74.0, 52.0
_SMALLEST, _LARGEST = 12.0, 19.0
"""Radii in pixels of the worst and the best trial: a number fits into both."""
_INSET = _LARGEST + 5
"""From the frame to the ends of the axes: what lies there covers no numbers."""
_CROSS = "M-5 -5L5 5M-5 5L5 -5"

Ends = tuple[float, float, bool]


@dataclass(frozen=True)
class SearchDot:
    """A trial.

    Parameters
    ----------
    name : str
        What it is called when the pointer is on it.
    x, y : float
        Its two settings.
    accuracy : float or None
        From 0 to 1; None if it came to nothing.
    whole : bool
        Whether it was trained to its end.
    best : bool
        Whether it is the one that was chosen.
    """

    name: str
    x: float
    y: float
    accuracy: float | None
    whole: bool = True
    best: bool = False


def search_map(
    dots: Sequence[SearchDot],
    *,
    x: Ends,
    y: Ends,
    x_label: str,
    y_label: str,
    title: str = "Search",
) -> Markup:
    """Draw trials over two settings, with their accuracies in percent.

    Parameters
    ----------
    dots : sequence of SearchDot
    x, y : (low, high, log)
        The ends of the axes, and whether they go by powers of ten.
    x_label, y_label, title : str
        What the axes and the whole show.

    Returns
    -------
    Markup
        A whole SVG drawing. Shade, size and a number say the same; the best trial has a
        ring and its name.

    Examples
    --------
    >>> dots = [SearchDot("trial 1", 0.01, 0.1, 0.5, best=True)]
    >>> picture = search_map(
    ...     dots, x=(1e-3, 1, True), y=(1e-3, 1, True), x_label="lr", y_label="l2"
    ... )
    >>> picture[:4], ">50</text>" in picture, "best: trial 1" in picture
    ('<svg', True, True)
    """
    across = Scale(x[0], x[1], _LEFT + _INSET, _WIDTH - _RIGHT - _INSET, x[2])
    up = Scale(y[0], y[1], _HEIGHT - _BOTTOM - _INSET, _TOP + _INSET, y[2])
    known = [dot.accuracy for dot in dots if dot.accuracy is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    # What covers what: the best are on top.
    ordered = sorted(
        dots, key=lambda d: (d.best, -1 if d.accuracy is None else d.accuracy)
    )
    return drawing(
        _WIDTH,
        _HEIGHT,
        text(_LEFT, 22, title, class_="title"),
        _legend(low, high) if known else Markup(""),
        _frame(across, up, x_label, y_label),
        *(_dot(dot, across, up, low, high) for dot in ordered),
        title=title,
        description=_description(dots, x_label, y_label),
    )


def _frame(across: Scale, up: Scale, x_label: str, y_label: str) -> Markup:
    """Draw the grid, and write what is along its sides."""
    columns, x_names = _marks(across)
    rows, y_names = _marks(up)
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    grid = "".join(f"M{number(_LEFT)} {number(at)}H{number(right)}" for at in rows)
    grid += "".join(f"M{number(at)} {number(_TOP)}V{number(bottom)}" for at in columns)
    return group(
        path(grid, class_="grid"),
        path(f"M{number(_LEFT)} {number(bottom)}H{number(right)}", class_="axis"),
        *(
            text(at, bottom + 14, name, anchor="middle", class_="muted")
            for at, name in zip(columns, x_names, strict=True)
        ),
        *(
            text(_LEFT - 8, at, name, anchor="end", class_="muted")
            for at, name in zip(rows, y_names, strict=True)
        ),
        text((_LEFT + right) / 2, bottom + 36, x_label, anchor="middle"),
        text(20, (_TOP + bottom) / 2, y_label, anchor="middle", turn=-90),
    )


def _marks(scale: Scale) -> tuple[list[float], list[str]]:
    """Return the round numbers of an axis: where they are, and how they are written."""
    low, high = scale.low, scale.high
    whole = log_ticks(low, high) if scale.log else ticks(low, high)
    inside = [t for t in whole if low * (1 - 1e-9) <= t <= high * (1 + 1e-9)] or [low]
    names = log_labels(inside) if scale.log else tick_labels(inside)
    return [float(scale(value)) for value in inside], names


def _dot(dot: SearchDot, across: Scale, up: Scale, low: float, high: float) -> Markup:
    """Draw a trial."""
    x, y = float(across(dot.x)), float(up(dot.y))
    if dot.accuracy is None:
        hover = f"{dot.name}: lost its loss"
        where = f"translate({number(x)} {number(y)})"
        tip = element("title", hover)
        return element("path", tip, d=_CROSS, class_="axis", transform=where)
    share = (dot.accuracy - low) / (high - low) if high > low else 1.0
    shade = min(int(share * SHADES), SHADES - 1)
    radius = _SMALLEST + share * (_LARGEST - _SMALLEST)
    ring = [_circle(x, y, radius + 4, "line series0")] if dot.best else []
    edge = None if dot.whole else "2 3"
    over = "over strong" if shade >= OVER_FROM else None
    return group(
        _circle(x, y, radius, f"right{shade}"),
        _circle(x, y, radius, "axis", edge),
        *ring,
        text(x, y, f"{100 * dot.accuracy:.0f}", anchor="middle", class_=over),
        *([_name(dot, x, y, radius)] if dot.best else []),
        hover=f"{dot.name}: {percent(dot.accuracy)}",
    )


def _circle(
    x: float, y: float, radius: float, class_: str, dashes: str | None = None
) -> Markup:
    r, d = number(radius), number(2 * radius)
    data = (
        f"M{number(x - radius)} {number(y)}a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0 -{d} 0z"
    )
    return path(data, class_=class_, dashes=dashes)


def _name(dot: SearchDot, x: float, y: float, radius: float) -> Markup:
    """Write that this trial is the best, on the side where there is room."""
    words = f"best: {dot.name}"
    room = _WIDTH - _RIGHT - x - radius
    if room > text_width(words, bold=True) + 10:
        return text(x + radius + 9, y, words, class_="strong")
    return text(x - radius - 9, y, words, anchor="end", class_="strong")


def _legend(low: float, high: float) -> Markup:
    """Show which shade means what."""
    width, left = 26.0, _LEFT
    boxes = [
        rect(left + k * width, 40, width, 12, class_=f"right{k}") for k in range(SHADES)
    ]
    end = left + SHADES * width
    return group(
        *boxes,
        path(f"M{number(left)} 40H{number(end)}V52H{number(left)}z", class_="axis"),
        text(left - 8, 46, f"{100 * low:.0f} %", anchor="end", class_="muted"),
        text(end + 8, 46, f"{100 * high:.0f} % right", class_="muted"),
    )


def _description(dots: Sequence[SearchDot], x_label: str, y_label: str) -> str:
    """Say in words what there is to see."""
    best = [dot for dot in dots if dot.best]
    told = f"{len(dots)} trials over {x_label} and {y_label}."
    for dot in best:
        told += (
            f" The best is {dot.name} with {percent(dot.accuracy or math.nan)}, at "
            f"{x_label} {dot.x:g} and {y_label} {dot.y:g}."
        )
    return told
