"""A page that plays a graph: forward, values appear; backward, gradients appear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hubel.view._diagram import Diagram
from hubel.view._graph import graph
from hubel.view._graph_script import GRAPH_SCRIPT
from hubel.view._markup import Markup, element
from hubel.view._page import page
from hubel.view._report import header


@dataclass(frozen=True)
class Step:
    """One step of a sweep: what happens at one station.

    Attributes
    ----------
    way : str
        ``"forward"`` or ``"backward"``.
    station : int
        Where.
    says : str
        What happens, in a sentence.
    lines : tuple of str
        The numbers: for each input, upstream × local = downstream.
    values, gradients : tuple of int
        The stations whose value or gradient is known from here on.
    """

    way: Literal["forward", "backward"]
    station: int
    says: str
    lines: tuple[str, ...] = ()
    values: tuple[int, ...] = ()
    gradients: tuple[int, ...] = ()


@dataclass(frozen=True)
class Inside:
    """What is inside a station that stands for many gates."""

    station: int
    diagram: Diagram


def graph_page(
    diagram: Diagram, steps: Sequence[Step], inside: Sequence[Inside] = ()
) -> Markup:
    """Write a page that plays the sweeps of a graph step by step.

    Parameters
    ----------
    diagram : Diagram
        The whole graph.
    steps : sequence of Step
        First those of the forward sweep, then those of the backward sweep.
    inside : sequence of Inside
        Drawings of what was joined into one station, folded away below.

    Returns
    -------
    Markup
        A page in one file that loads nothing. The arrow keys step, the space bar plays;
        without scripts it shows every number and the list of all steps.
    """
    parts = [
        element("header", *header(diagram.title, _SUMMARY, kind="Computational graph")),
        element(
            "section",
            element("div", *_buttons(len(steps)), class_="hb-buttons", role="toolbar"),
            element("p", _READY, class_="hb-says", aria_live="polite"),
            element(
                "div",
                graph(diagram),
                class_="figure hb-wide",
                tabindex="0",
                role="group",
                aria_label="The graph; arrow keys step, the space bar plays",
            ),
            class_="hb-play",
        ),
        *(_fold(each, diagram) for each in inside),
        element(
            "section",
            element("h2", "Every step"),
            element("ol", *(_item(step) for step in steps), class_="hb-steps"),
        ),
    ]
    return page(diagram.title, parts, script=GRAPH_SCRIPT)


_SUMMARY = (
    "Values run forward, in green above the wires. Gradients run backward, in red and "
    "italics below them: at each gate, upstream times local gradient."
)
_READY = "Press → for the next step, ← to go back, the space bar to play."


def _buttons(count: int) -> list[Markup]:
    """Return the controls; they do nothing before the script has found them."""
    kinds = [
        ("first", "|◀", "To the beginning"),
        ("back", "◀", "One step back"),
        ("play", "Play", "Play or pause"),
        ("next", "▶", "One step on"),
        ("last", "▶|", "To the end"),
    ]
    buttons = [
        element("button", sign, type="button", data_do=do, title=says, aria_label=says)
        for do, sign, says in kinds
    ]
    slider = element(
        "input",
        type="range",
        min="0",
        max=str(count),
        value=str(count),
        aria_label="Step",
    )
    return [*buttons, slider, element("output", f"{count} of {count}")]


def _item(step: Step) -> Markup:
    """Return one step as an entry of the list, with what the script needs to know."""
    lines = [element("span", line) for line in step.lines]
    return element(
        "li",
        element("b", step.says),
        *lines,
        data_way=step.way,
        data_station=str(step.station),
        data_values=" ".join(map(str, step.values)) or None,
        data_gradients=" ".join(map(str, step.gradients)) or None,
    )


def _fold(inside: Inside, diagram: Diagram) -> Markup:
    """Return the drawing of a station's inside, folded away."""
    return element(
        "details",
        element("summary", diagram.stations[inside.station].label),
        element(
            "div",
            graph(inside.diagram),
            class_="figure hb-wide",
            tabindex="0",
            role="group",
            aria_label=inside.diagram.title,
        ),
        data_inside=str(inside.station),
    )
