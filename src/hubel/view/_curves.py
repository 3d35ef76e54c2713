"""Line charts: what changed while something went on, such as a loss over epochs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from hubel.view._axes import Axes, Scale, inner_ticks, y_axis, y_label_width
from hubel.view._markup import Markup, join, number
from hubel.view._series import BUCKETS, Series, read_series
from hubel.view._spread import spread
from hubel.view._svg import drawing, group, mark, path, shorten, text, text_width

# A line is told from another by its dashes, its marks and its name, not colour alone.
_DASHES = (None, "7 4", "2 4", "10 4 2 4", "4 3", "14 4")
_MARKS = (
    "M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z",
    "M-3.2 -3.2h6.4v6.4h-6.4z",
    "M0 -4.4L4.2 3.2H-4.2z",
    "M0 -4.6L4.6 0L0 4.6L-4.6 0z",
    "M0 4.4L4.2 -3.2H-4.2z",
    "M-4.4 -1.4h3v-3h2.8v3h3v2.8h-3v3h-2.8v-3h-3z",
)
_MARKS_A_LINE = 9
_NAME_LENGTH = 18
_NAME_GAP = 16.0


def curves(
    series: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    *,
    x_label: str = "",
    y_label: str = "",
    title: str = "",
    log_y: bool = False,
    width: float = 480,
    height: float = 300,
) -> Markup:
    """Draw lines over a common axis, each named at its end.

    Parameters
    ----------
    series : mapping of str to (x, y)
        One to six lines by name; `x` and `y` are one-dimensional and equally long.
        What is not finite, or beyond 1e300, is a gap in its line.
    x_label, y_label, title : str
        What the axes and the whole show.
    log_y : bool
        Whether the vertical axis is logarithmic; there, what is not positive is a gap.
    width, height : float
        The size in pixels.

    Returns
    -------
    Markup
        A whole SVG drawing, in the colours of the reader's light or dark mode.

    Raises
    ------
    OptionError
        When there are no lines or more than six.
    ShapeError
        When a line's `x` and `y` do not fit each other.

    Notes
    -----
    A line of more than 1,600 points is drawn through the extremes of 400 pieces.

    Examples
    --------
    >>> picture = curves({"train": ([1, 2, 3], [2.3, 1.9, 1.7])}, x_label="epoch")
    >>> picture[:4], ">train</text>" in picture
    ('<svg', True)
    """
    lines = read_series(series, log_y=log_y)
    heading, top = _heading(title, y_label)
    bottom = height - (42 if x_label else 24)
    axes = _axes(lines, log_y=log_y, width=width, top=top, bottom=bottom)
    foot = text(
        (axes.x.start + axes.x.end) / 2,
        height - 12,
        x_label,
        anchor="middle",
        class_="muted",
    )
    return drawing(
        width,
        height,
        heading,
        axes.markup(),
        *([foot] if x_label else []),
        *(_line(k, line, axes, x_label) for k, line in enumerate(lines)),
        _names(lines, axes),
        title=title or "Curves",
        description=_description(lines, x_label, y_label),
    )


def _heading(title: str, y_label: str) -> tuple[Markup, float]:
    """Write what is above the axes on one line, and return where they begin."""
    if not title and not y_label:
        return join([]), 12
    indent = 1.2 * text_width(title, bold=True) + 10 if title else 0
    parts = [text(1, 12, title, class_="title")] if title else []
    if y_label:
        parts.append(text(1 + indent, 12, y_label, class_="muted"))
    return join(parts), 36


def _axes(
    lines: list[Series], *, log_y: bool, width: float, top: float, bottom: float
) -> Axes:
    """Choose scales that hold every point, with room for numbers and names."""
    xs = np.concatenate([line.x for line in lines])
    ys = np.concatenate([line.y for line in lines])
    x_low, x_high = _range(xs, (0.0, 1.0))
    y_ticks = y_axis(*_range(ys, (0.1, 1.0)), log=log_y)
    left = y_label_width(y_ticks, log=log_y) + 12
    right = width - 22 - max(text_width(_short(line), bold=True) for line in lines)
    if x_low == x_high:
        x_low, x_high = x_low - 0.5, x_high + 0.5
    whole = bool(np.all(xs == np.round(xs)))
    count = max(2, int((right - left) / 60))
    return Axes(
        Scale(x_low, x_high, left, right),
        Scale(y_ticks[0], y_ticks[-1], bottom, top, log=log_y),
        inner_ticks(x_low, x_high, count=count, whole=whole),
        y_ticks,
    )


def _range(
    values: NDArray[np.float64], empty: tuple[float, float]
) -> tuple[float, float]:
    """Return the least and the greatest finite number, or a stand-in for none."""
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else empty


def _line(k: int, line: Series, axes: Axes, x_label: str) -> Markup:
    """Draw one line with its marks."""
    x, y = axes.x(line.x), axes.y(line.y)
    strokes = "".join(_stroke(x[run], y[run]) for run in line.runs())
    marks = [
        mark(_MARKS[k], float(x[i]), float(y[i]), hover=_point(line, i, x_label))
        for i in _marked(k, line)
    ]
    kind = "line" if line.x.size < 2 * BUCKETS else "line dense"
    stroke = [path(strokes, class_=kind, dashes=_DASHES[k])] if strokes else []
    return group(*stroke, *marks, class_=f"series{k}")


def _stroke(x: NDArray[np.float64], y: NDArray[np.float64]) -> str:
    """Write the path of one stretch without a gap; one point alone has none."""
    if x.size < 2:
        return ""
    points = [f"{number(a)} {number(b)}" for a, b in zip(x, y, strict=True)]
    return "M" + "L".join(points)


def _marked(k: int, line: Series) -> list[int]:
    """Return which points carry a mark: a few, the last, and each one alone."""
    drawn = np.flatnonzero(np.isfinite(line.y))
    few = min(drawn.size, _MARKS_A_LINE)
    # Lines with equal x would carry their marks at equal places: each starts later.
    even = (np.arange(few) + 0.16 * k) * drawn.size / max(few, 1)
    alone = [run.start for run in line.runs() if run.stop - run.start == 1]
    chosen = drawn if few == drawn.size else drawn[even.astype(int) % drawn.size]
    return sorted({*chosen.tolist(), *drawn[-1:].tolist(), *alone})


def _point(line: Series, i: int, x_label: str) -> str:
    """Say in words where a point is."""
    where = f"{x_label} {line.x[i]:g}".strip()
    return f"{line.name}, {where}: {line.y[i]:.4g}"


def _short(line: Series) -> str:
    """Return a line's name as it is written beside it."""
    name = shorten(line.name, _NAME_LENGTH)
    return name if line.last is not None else f"{name}: none"


def _names(lines: list[Series], axes: Axes) -> Markup:
    """Write each line's name at its end, moved where it would cover another."""
    ends = [_end(line, axes) for line in lines]
    low, high = min(axes.y.end, axes.y.start), max(axes.y.end, axes.y.start)
    places = spread([y for _, y in ends], _NAME_GAP, low, high)
    edge = axes.x.end + 14
    named: list[Markup] = []
    for k, (line, (x, y), place) in enumerate(zip(lines, ends, places, strict=True)):
        leader = f"M{number(x + 6)} {number(y)}L{number(edge - 3)} {number(place)}"
        words = text(edge, place, _short(line), class_="name")
        lead = [path(leader, class_="leader")] if line.last is not None else []
        named.append(group(*lead, words, class_=f"series{k}", hover=line.name))
    return join(named)


def _end(line: Series, axes: Axes) -> tuple[float, float]:
    """Return the place of a line's last point, or the corner for a line without one."""
    if line.last is None:
        return axes.x.end, axes.y.start
    return float(axes.x(line.x[line.last])), float(axes.y(line.y[line.last]))


def _description(lines: list[Series], x_label: str, y_label: str) -> str:
    """Say what the picture shows to a reader who does not see it."""
    told = [f"{y_label or 'Values'} over {x_label or 'x'}."]
    for line in lines:
        if line.last is None:
            told.append(f"{line.name}: no finite value.")
            continue
        first = line.y[np.isfinite(line.y)][0]
        told.append(
            f"{line.name}: from {first:.4g} to {line.y[line.last]:.4g}, "
            f"lowest {np.nanmin(line.y):.4g}, highest {np.nanmax(line.y):.4g}."
        )
    return " ".join(told)
