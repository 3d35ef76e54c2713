"""A roofline: how fast each piece of a program is, beside what the machine can do.

Source: S. Williams, A. Waterman and D. Patterson, "Roofline: An Insightful Visual
Performance Model for Multicore Architectures", Communications of the ACM 52 (2009).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hubel.errors import OptionError
from hubel.view._axes import Axes, Scale
from hubel.view._markup import Markup, element, join, number
from hubel.view._spread import spread
from hubel.view._svg import drawing, group, path, shorten, text, text_width
from hubel.view._ticks import log_labels

_WIDTH, _HEIGHT = 720.0, 380.0
_TOP = 44.0
_NAMED = 10
"""So many of the pieces that take the most time have their names written beside."""
_NAME_LENGTH = 28
_GAP = 17.0
_LARGEST = 15.0
"""The radius of a piece that takes all of the time, in pixels."""
_SMALLEST = 3.2
_KINDS = ("kernel", "product", "NumPy")
_SHAPES = {
    # Paths of area pi around the origin, which the radius scales.
    "kernel": "M-{r} 0a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0 -{d} 0z",
    "product": "M-{h} -{h}h{s}v{s}h-{s}z",
    "NumPy": "M0 -{q}L{q} 0L0 {q}L-{q} 0z",
}


@dataclass(frozen=True)
class Dot:
    """A piece of a program.

    Parameters
    ----------
    name : str
        What it is called beside its dot.
    kind : str
        ``kernel``, ``product`` or ``NumPy``; its shape and colour.
    operations, nbytes, seconds : float
        What it computes, what it moves, and how long that takes.
    """

    name: str
    kind: str
    operations: float
    nbytes: float
    seconds: float

    @property
    def intensity(self) -> float:
        """Operations for each byte."""
        return self.operations / self.nbytes

    @property
    def rate(self) -> float:
        """Operations in a second, in units of 1e9."""
        return self.operations / self.seconds / 1e9

    @property
    def is_drawn(self) -> bool:
        """Whether logarithmic axes have a place for it."""
        return self.operations > 0 and self.nbytes > 0 and self.seconds > 0


def roofline(
    dots: Sequence[Dot],
    *,
    peaks: Sequence[tuple[str, float]],
    bandwidths: Sequence[tuple[str, float]],
    title: str = "Roofline",
) -> Markup:
    """Draw pieces of a program under the limits of the machine.

    Parameters
    ----------
    dots : sequence of Dot
        What moves no bytes or computes nothing is counted in a line, not drawn.
    peaks : sequence of (name, rate)
        How much the machine computes at most, in 1e9 operations a second: level roofs.
    bandwidths : sequence of (name, rate)
        How much it moves at most, in 1e9 bytes a second: sloping roofs.
    title : str
        What the whole shows.

    Returns
    -------
    Markup
        A whole SVG drawing. The area of a dot is its share of the time.

    Raises
    ------
    OptionError
        If there is no roof of one of the kinds, or one that is not positive.

    Examples
    --------
    >>> sums = Dot("sums", "kernel", 2e6, 8e6, 1e-3)
    >>> picture = roofline([sums], peaks=[("float32", 100)], bandwidths=[("memory", 9)])
    >>> picture[:4], ">sums</text>" in picture
    ('<svg', True)
    """
    roofs = [rate for _, rate in [*peaks, *bandwidths]]
    if not peaks or not bandwidths or not all(0 < rate < math.inf for rate in roofs):
        raise OptionError(
            "a roofline needs a positive peak and a positive bandwidth",
            remedy="Give peaks=[(name, 1e9 operations a second)] and bandwidths=[...].",
        )
    drawn = [dot for dot in dots if dot.is_drawn]
    axes = _axes(drawn, peaks, bandwidths)
    missing = len(dots) - len(drawn)
    return drawing(
        _WIDTH,
        _HEIGHT,
        text(1, 12, title, class_="title"),
        text(1, 32, "1e9 operations a second", class_="muted"),
        _frame(axes),
        _levels(axes, peaks, bandwidths),
        _dots(drawn, axes),
        _slopes(axes, peaks, bandwidths),
        _names(drawn, peaks, axes),
        _legend(drawn, missing),
        title=title,
        description=_description(drawn, missing, peaks, bandwidths),
    )


def _axes(
    dots: Sequence[Dot],
    peaks: Sequence[tuple[str, float]],
    bandwidths: Sequence[tuple[str, float]],
) -> Axes:
    """Choose whole decades that hold the dots and the corners of the roofs."""
    highest = max(rate for _, rate in peaks)
    ridges = [peak / band for _, peak in peaks for _, band in bandwidths]
    across = [dot.intensity for dot in dots] + ridges
    up = [dot.rate for dot in dots] + [highest]
    x = _decades(min(across) / 6, max(across) * 1.5)  # room for the slopes' names
    y = _decades(min([*up, highest / 50]) / 1.5, max(up) * 1.3)
    bottom = _HEIGHT - 62
    return Axes(
        Scale(x[0], x[-1], 52, 430, log=True),
        Scale(y[0], y[-1], bottom, _TOP, log=True),
        x,
        y,
    )


def _decades(low: float, high: float) -> list[float]:
    """Return the powers of ten that enclose an interval."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    return [float(f"1e{k}") for k in range(first, max(last, first + 1) + 1)]


def _frame(axes: Axes) -> Markup:
    """Draw the grid and the numbers of both axes."""
    left, right, base = axes.x.start, axes.x.end, axes.y.start
    columns, rows = (
        axes.x(np.asarray(axes.x_ticks)),
        axes.y(np.asarray(axes.y_ticks)),
    )
    grid = "".join(f"M{number(left)} {number(y)}H{number(right)}" for y in rows)
    grid += "".join(
        f"M{number(x)} {number(base)}V{number(axes.y.end)}" for x in columns
    )
    across = zip(columns, log_labels(axes.x_ticks), strict=True)
    up = zip(rows, log_labels(axes.y_ticks), strict=True)
    middle = (left + right) / 2
    return group(
        path(grid, class_="grid"),
        path(f"M{number(left)} {number(base)}H{number(right)}", class_="axis"),
        *(text(x, base + 14, t, anchor="middle", class_="muted") for x, t in across),
        *(text(left - 8, y, t, anchor="end", class_="muted") for y, t in up),
        text(middle, base + 34, "operations a byte", anchor="middle", class_="muted"),
    )


def _slopes(
    axes: Axes,
    peaks: Sequence[tuple[str, float]],
    bandwidths: Sequence[tuple[str, float]],
) -> Markup:
    """Draw the roofs of the memories, with their names along them."""
    highest = max(rate for _, rate in peaks)
    parts: list[Markup] = []
    for (name, rate), dashes in zip(bandwidths, _dashes(), strict=False):
        low = max(axes.x.low, axes.y.low / rate)
        points = [(x, x * rate) for x in (low, highest / rate)]
        (x0, y0), (x1, y1) = [(float(axes.x(x)), float(axes.y(y))) for x, y in points]
        line = f"M{number(x0)} {number(y0)}L{number(x1)} {number(y1)}"
        parts.append(path(line, class_="axis", dashes=dashes))
        words = f"{name} {rate:.3g} GB/s"
        turn = math.degrees(math.atan2(y1 - y0, x1 - x0))
        along = 0.5 * text_width(words) + 12
        x = x0 + along * math.cos(math.radians(turn))
        y = y0 + along * math.sin(math.radians(turn))
        side = math.radians(turn - 90)
        x, y = x + 9 * math.cos(side), y + 9 * math.sin(side)
        parts.append(text(x, y, words, anchor="middle", turn=turn, class_="muted"))
    return join(parts)


def _levels(
    axes: Axes,
    peaks: Sequence[tuple[str, float]],
    bandwidths: Sequence[tuple[str, float]],
) -> Markup:
    """Draw the roofs of arithmetic; their names are in the column at the right."""
    fastest = max(rate for _, rate in bandwidths)
    end = number(axes.x.end)
    lines = [
        f"M{number(float(axes.x(rate / fastest)))} {number(float(axes.y(rate)))}H{end}"
        for _, rate in peaks
    ]
    return join([path(line, class_="axis") for line in lines])


def _dashes() -> list[str | None]:
    """Return what tells one sloping roof from another."""
    return [None, "7 4", "2 4", "10 4 2 4"]


def _dots(dots: Sequence[Dot], axes: Axes) -> Markup:
    """Draw the dots, small ones over large ones."""
    total = _total(dots)
    order = sorted(dots, key=lambda dot: -dot.seconds)
    return join([_mark(dot, _place(dot, axes), dot.seconds / total) for dot in order])


def _names(
    dots: Sequence[Dot], peaks: Sequence[tuple[str, float]], axes: Axes
) -> Markup:
    """Write at the right the level roofs and the dots that take longest."""
    longest = sorted(dots, key=lambda dot: -dot.seconds)[:_NAMED]
    ends: list[tuple[float, float]] = [
        (axes.x.end, float(axes.y(rate))) for _, rate in peaks
    ]
    ends += [_place(dot, axes) for dot in longest]
    # From top to bottom as what they name: few of the lines to them cross.
    heights = spread([y for _, y in ends], _GAP, axes.y.end, axes.y.start)
    edge = axes.x.end + 26
    parts: list[Markup] = []
    for k, ((x, y), height) in enumerate(zip(ends, heights, strict=True)):
        lead = path(
            f"M{number(x)} {number(y)}L{number(edge - 4)} {number(height)}",
            class_="leader",
        )
        if k < len(peaks):
            words = f"{peaks[k][0]} at most {peaks[k][1]:.3g}"
            named = text(edge, height, words, class_="muted")
            parts.append(group(lead, named, class_="series5"))
        else:
            parts.append(
                _name(longest[k - len(peaks)], lead, edge, height, _total(dots))
            )
    return join(parts)


def _name(dot: Dot, lead: Markup, edge: float, height: float, total: float) -> Markup:
    """Write the name of a dot and its share of the time."""
    share = f"{100 * dot.seconds / total:.0f} %"
    return group(
        lead,
        text(edge, height, shorten(dot.name, _NAME_LENGTH), class_="name"),
        text(
            _WIDTH - 4,
            height,
            share if dot.seconds >= 0.005 * total else "<1 %",
            anchor="end",
            class_="muted",
        ),
        class_=_color(dot.kind),
        hover=_hover(dot),
    )


def _total(dots: Sequence[Dot]) -> float:
    """Return the time of all dots together."""
    return sum(dot.seconds for dot in dots)


def _place(dot: Dot, axes: Axes) -> tuple[float, float]:
    """Return where a dot lies."""
    return float(axes.x(dot.intensity)), float(axes.y(dot.rate))


def _mark(dot: Dot, place: tuple[float, float], share: float) -> Markup:
    """Draw one dot, whose area is its share of the time."""
    shape = _shape(dot.kind, max(_LARGEST * math.sqrt(share), _SMALLEST))
    where = f"translate({number(place[0])} {number(place[1])})"
    tip = element("title", _hover(dot))
    drawn = element("path", tip, d=shape, class_="dot", transform=where)
    return group(drawn, class_=_color(dot.kind))


def _shape(kind: str, radius: float) -> str:
    """Return the path of a kind's shape with the area of a circle."""
    side = radius * math.sqrt(math.pi)
    return _SHAPES[kind].format(
        r=number(radius),
        d=number(2 * radius),
        s=number(side),
        h=number(side / 2),
        q=number(side / math.sqrt(2)),
    )


def _color(kind: str) -> str:
    """Return the class of a kind's colour."""
    return f"series{_KINDS.index(kind)}"


def _hover(dot: Dot) -> str:
    """Say in words where a dot is."""
    return (
        f"{dot.name}: {1e6 * dot.seconds:.4g} us, {dot.rate:.3g} GFLOP/s at "
        f"{dot.intensity:.3g} operations a byte"
    )


def _legend(dots: Sequence[Dot], missing: int) -> Markup:
    """Say what the shapes mean, and what is not drawn."""
    words = {"kernel": "kernel", "product": "matrix product", "NumPy": "NumPy's"}
    x, y = 12.0, _HEIGHT - 10
    parts: list[Markup] = []
    for kind in _KINDS:
        if not any(dot.kind == kind for dot in dots):
            continue
        where = f"translate({number(x)} {number(y)})"
        shape = element("path", d=_shape(kind, 5), class_="dot", transform=where)
        parts.append(group(shape, class_=_color(kind)))
        parts.append(text(x + 11, y, words[kind], class_="muted"))
        x += text_width(words[kind]) + 38
    rest = "area: share of the time"
    if missing:
        rest += f"; {missing} without arithmetic not drawn"
    parts.append(text(_WIDTH - 4, y, rest, anchor="end", class_="muted"))
    return join(parts)


def _description(
    dots: Sequence[Dot],
    missing: int,
    peaks: Sequence[tuple[str, float]],
    bandwidths: Sequence[tuple[str, float]],
) -> str:
    """Say what the picture shows to a reader who does not see it."""
    roofs = [f"{name} {rate:.3g} GFLOP/s" for name, rate in peaks]
    roofs += [f"{name} {rate:.3g} GB/s" for name, rate in bandwidths]
    told = [f"Limits: {', '.join(roofs)}."]
    told += [f"{_hover(dot)}." for dot in dots]
    if missing:
        told.append(f"{missing} more compute nothing.")
    return " ".join(told)
