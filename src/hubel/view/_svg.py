"""A tiny SVG writer: a root that explains itself, texts, paths and groups."""

from __future__ import annotations

import hashlib
from typing import Literal

from hubel.view._markup import Markup, element, number
from hubel.view._theme import DRAWING_CSS

Anchor = Literal["start", "middle", "end"]
FONT = 12.0
"""The size of ordinary text in a drawing."""

_NARROW = frozenset("ijl.,:;'|!()[]ftrI1 ")
_WIDE = frozenset("mwMW@%&#")


def drawing(
    width: float,
    height: float,
    *children: Markup,
    title: str,
    description: str,
    dense: bool = False,
) -> Markup:
    """Return a whole SVG drawing that paints its own surface.

    Its ids follow from its content, so that equal drawings are equal text and
    different drawings on one page do not collide.

    Parameters
    ----------
    width, height : float
        The size in pixels; a page may shrink it.
    *children : Markup
        What is drawn, from back to front.
    title, description : str
        What a reader who does not see the picture is told.
    dense : bool
        Whether its text is too small to read when a narrow page shrinks it.

    Examples
    --------
    >>> line = path("M0 5h20", class_="axis")
    >>> picture = drawing(20, 10, line, title="A line", description="It is flat.")
    >>> picture[:12], ">It is flat.</desc>" in picture
    ('<svg xmlns="', True)
    """
    content = "\n".join([title, description, *children])
    key = "hb-" + hashlib.sha256(content.encode("utf-8", "replace")).hexdigest()[:12]
    return element(
        "svg",
        element("title", title, id=f"{key}-title"),
        element("desc", description, id=f"{key}-desc"),
        element("style", Markup(DRAWING_CSS)),
        rect(0, 0, width, height, class_="surface"),
        *children,
        xmlns="http://www.w3.org/2000/svg",
        width=width,
        height=height,
        viewBox=f"0 0 {number(width)} {number(height)}",
        class_="hb-svg hb-dense" if dense else "hb-svg",
        role="img",
        aria_labelledby=f"{key}-title",
        aria_describedby=f"{key}-desc",
    )


def group(*children: Markup, class_: str | None = None, hover: str = "") -> Markup:
    """Return a group, with a text that shows while the pointer is on it."""
    tip = [element("title", hover)] if hover else []
    return element("g", *tip, *children, class_=class_)


def rect(
    x: float, y: float, width: float, height: float, *, class_: str, rx: float = 0
) -> Markup:
    """Return a rectangle from its upper left corner."""
    return element(
        "rect", x=x, y=y, width=width, height=height, rx=rx or None, class_=class_
    )


def path(data: str, *, class_: str, dashes: str | None = None) -> Markup:
    """Return a path from its SVG path data."""
    return element("path", d=data, class_=class_, stroke_dasharray=dashes)


def mark(shape: str, x: float, y: float, *, hover: str = "") -> Markup:
    """Return a small path, drawn around the origin, at a place."""
    where = f"translate({number(x)} {number(y)})"
    tip = [element("title", hover)] if hover else []
    return element("path", *tip, d=shape, class_="dot", transform=where)


def text(
    x: float,
    y: float,
    content: str,
    *,
    anchor: Anchor = "start",
    class_: str | None = None,
    turn: float = 0,
) -> Markup:
    """Return one line of text whose middle is at height `y`, turned by degrees."""
    # A third of the size below the middle is the baseline; the attribute
    # dominant-baseline would say it better, but few viewers outside browsers know it.
    rotation = f"rotate({number(turn)} {number(x)} {number(y)})" if turn else None
    return element(
        "text",
        content,
        x=x,
        y=y + 0.35 * FONT,
        text_anchor=None if anchor == "start" else anchor,
        class_=class_,
        transform=rotation,
    )


def text_width(content: str, *, bold: bool = False) -> float:
    """Return a careful estimate of how wide a text is, without knowing the font."""
    width = FONT * sum(_character_width(c) for c in content)
    return 1.12 * width if bold else width


def _character_width(c: str) -> float:
    """Return the width of a character in units of the font's size."""
    if ord(c) > 0x2E7F:
        return 1.05
    if c in _NARROW:
        return 0.42
    if c in _WIDE or c.isupper():
        return 0.92 if c in _WIDE else 0.74
    return 0.62


def shorten(content: str, limit: int) -> str:
    """Return at most `limit` characters of one line, the middle left out if need be.

    Examples
    --------
    >>> shorten("validation accuracy", 12)
    'valida…uracy'
    """
    line = " ".join(content.split())
    if len(line) <= limit:
        return line
    head = limit // 2
    return f"{line[:head]}…{line[len(line) - (limit - head - 1) :]}"
