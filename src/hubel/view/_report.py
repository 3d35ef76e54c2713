"""A report from plain data: words, figures and tables on one page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hubel.errors import OptionError
from hubel.view._markup import Markup, element
from hubel.view._page import page
from hubel.view._svg import shorten

_CELL_LENGTH = 240


@dataclass(frozen=True)
class Table:
    """A table of texts.

    Parameters
    ----------
    head : sequence of str
        The names of the columns; empty for a table whose rows begin with their names.
    rows : sequence of sequence of str
        The cells; numbers come already written.
    folded : str
        The words behind which the table is folded away; empty to show it at once.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    folded: str = ""


@dataclass(frozen=True)
class Section:
    """A part of a page.

    Parameters
    ----------
    headline : str
        What the part is about.
    prose : str
        What there is to see, in a sentence or two.
    figures : sequence of Markup
        Drawings and figures of this package, side by side where there is room.
    table : Table, optional
        A table below them.
    """

    headline: str
    prose: str = ""
    figures: Sequence[Markup] = ()
    table: Table | None = None


def report(
    title: str,
    summary: str,
    sections: Sequence[Section],
    *,
    facts: Sequence[tuple[str, str]] = (),
    note: str = "",
    kind: str = "",
) -> Markup:
    """Write a page that needs nothing but itself.

    Parameters
    ----------
    title, summary : str
        The headline, and the sentence below it.
    sections : sequence of Section
        The parts, in order.
    facts : sequence of (name, value)
        Few numbers, already written, that are shown large.
    note : str
        What a reader must know first, such as that something was stopped early.
    kind : str
        What kind of report this is, in small letters above the title.

    Returns
    -------
    Markup
        A whole HTML page, also well-formed XML after its first line. It has no script
        and its content security policy lets it load nothing at all.

    Raises
    ------
    OptionError
        When a figure is plain text, which would show its source instead of a picture.

    Examples
    --------
    >>> page = report("A run", "It went well.", [Section("Loss", "It fell.")])
    >>> page.startswith("<!DOCTYPE html>"), "<h2>Loss</h2>" in page
    (True, True)
    """
    parts = [
        element("header", *header(title, summary, facts, note, kind)),
        *(_section(section) for section in sections),
    ]
    return page(title, parts)


def header(
    title: str,
    summary: str,
    facts: Sequence[tuple[str, str]] = (),
    note: str = "",
    kind: str = "",
) -> list[Markup]:
    """Return the title with what belongs right below it."""
    parts = [element("p", kind, class_="eyebrow")] if kind else []
    parts.append(element("h1", title))
    if summary:
        parts.append(element("p", summary, class_="summary"))
    if note:
        parts.append(element("p", note, class_="note", role="note"))
    if facts:
        parts.append(element("dl", *(_fact(*fact) for fact in facts), class_="facts"))
    return parts


def _fact(name: str, value: str) -> Markup:
    """Return one large number."""
    return element("div", element("dt", name), element("dd", value))


def _section(section: Section) -> Markup:
    """Return one part of the page."""
    parts = [element("h2", section.headline)]
    if section.prose:
        parts.append(element("p", section.prose))
    if section.figures:
        figures = [_figure(figure, section.headline) for figure in section.figures]
        parts.append(element("div", *figures, class_="figures"))
    if section.table is not None:
        parts.append(_table(section.table, section.headline))
    return element("section", *parts)


def _figure(figure: Markup, headline: str) -> Markup:
    """Return a figure in a frame that scrolls, by keyboard too, where it is narrow."""
    if not isinstance(figure, Markup):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise OptionError(
            f"the section {headline!r} has a figure that is plain text.",
            remedy="Make it with a function of this package, such as curves(...).",
        )
    return element(
        "div",
        figure,
        class_="figure",
        tabindex="0",
        role="group",
        aria_label=f"Figure: {headline}",
    )


def _table(table: Table, headline: str) -> Markup:
    """Return a table, folded away if asked."""
    numeric = _numeric_columns(table)
    parts: list[Markup] = []
    if table.head:
        cells = [
            element("th", name, scope="col", class_="number" if right else None)
            for name, right in zip(table.head, numeric, strict=True)
        ]
        parts.append(element("thead", element("tr", *cells)))
    named = not table.head
    rows = [_row(row, numeric, named=named) for row in table.rows]
    parts.append(element("tbody", *rows))
    scrolled = element(
        "div",
        element("table", *parts),
        class_="scroll",
        tabindex="0",
        role="group",
        aria_label=f"Table: {headline}",
    )
    if not table.folded:
        return scrolled
    return element("details", element("summary", table.folded), scrolled)


def _row(cells: Sequence[str], numeric: list[bool], *, named: bool) -> Markup:
    """Return one row; the first cell of a `named` row is its name."""
    written: list[Markup] = []
    for k, (cell, right) in enumerate(zip(cells, numeric, strict=True)):
        words = shorten(cell, _CELL_LENGTH)
        if named and k == 0:
            written.append(element("th", words, scope="row"))
        else:
            written.append(element("td", words, class_="number" if right else None))
    return element("tr", *written)


def _numeric_columns(table: Table) -> list[bool]:
    """Return which columns of a table with a head hold nothing but numbers."""
    width = len(table.head) or max((len(row) for row in table.rows), default=0)
    if not table.head:
        return [False] * width
    return [all(_is_number(row[k]) for row in table.rows) for k in range(width)]


def _is_number(cell: str) -> bool:
    """Return whether a cell shows a number, or that there is none."""
    return (
        cell in ("", "–") or cell[:1].isdigit() or cell[:2].lstrip("-−")[:1].isdigit()
    )
