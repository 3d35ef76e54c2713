"""`hubel graph`: the graph of a formula or of a trained net, with all its numbers."""

from __future__ import annotations

import math
import os
import webbrowser
from argparse import ArgumentTypeError, Namespace
from pathlib import Path
from typing import Any

from hubel.cli._parser import Parser
from hubel.cli._values import whole
from hubel.errors import OptionError, RunError
from hubel.experiments import load
from hubel.experiments._loss_graph import loss_graph
from hubel.transforms.drawing import Drawing
from hubel.transforms.expression import expression
from hubel.transforms.graph import Graph

_STORY = """\
Draw a formula, or the loss of a trained net on one image, as a computational graph:
values run forward, in green above the wires; gradients run backward, in red below them.
As .html it is a page that plays both sweeps step by step: at each gate, upstream
gradient times local gradient.
"""

_EXAMPLES = """\
examples:
  hubel graph "(x+y)*z" x=-2 y=5 z=-4
  hubel graph "sigmoid(w0*x0 + w1*x1 + w2)" w0=2 x0=-1 w1=-3 x1=-2 w2=-3 --open
  hubel graph "1/(1+exp(-(w*x+b)))" w=2 x=-1 b=1 --slide --out neuron.svg
  hubel graph runs/digits --image seven.png
"""


def describe(commands: Any, name: str) -> None:
    """Add the command to the others."""
    parser: Parser = commands.add_parser(
        name,
        help="draw a formula or a net as a graph, with values and gradients",
        description=_STORY,
        epilog=_EXAMPLES,
        usage='%(prog)s "FORMULA" [NAME=VALUE ...] [options]\n'
        "       %(prog)s RUN [--image FILE] [options]",
    )
    parser.set_defaults(run=run, parser=parser)
    parser.add_argument(
        "formula",
        metavar="FORMULA or RUN",
        help='such as "(x+y)*z", or the folder of a run',
    )
    parser.add_argument(
        "values",
        metavar="NAME=VALUE",
        nargs="*",
        type=assigned,
        help="a value for each name in the formula",
    )
    parser.add_argument(
        "--image",
        metavar="FILE",
        help="the image that a net looks at (the mean of those it was trained on)",
    )
    _output_options(parser.add_argument_group("output"))


def _output_options(group: Any) -> None:
    """Add what decides how the drawing looks, and where it goes."""
    group.add_argument(
        "--out",
        metavar="FILE",
        help="what to write: .html (the default is graph.html), .svg, .png, .dot, "
        ".json or .mmd; - prints the SVG",
    )
    group.add_argument(
        "--digits", type=whole(0), default=2, help="digits behind the point (2)"
    )
    group.add_argument(
        "--slide",
        action="store_true",
        help="round each number before it is used again, as lectures do",
    )
    group.add_argument(
        "--branches",
        action="store_true",
        help="show what each branch of a wire adds to its gradient",
    )
    group.add_argument("--open", action="store_true", help="open it in a browser")
    group.add_argument("--json", action="store_true", help="print the graph as JSON")


def assigned(text: str) -> tuple[str, float]:
    """Read a name with its value.

    Examples
    --------
    >>> assigned("x=-2")
    ('x', -2.0)
    """
    name, equals, value = text.partition("=")
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not equals or not name.isidentifier() or not math.isfinite(number):
        raise ArgumentTypeError(f"{text!r} is not a name with a number, such as x=-2")
    return name, number


def run(options: Namespace) -> int:
    """Draw what the options say; return the exit code."""
    # A long formula is no path, about which pathlib complains.
    is_run = os.path.isdir(options.formula)
    graph = _of_run(options) if is_run else _of_formula(options)
    drawing = graph.draw(
        digits=options.digits,
        rounding="slide" if options.slide else "exact",
        branches=options.branches,
        title=options.formula,
    )
    if options.json:
        print(drawing.to_json(), end="")
    elif options.out == "-":
        print(drawing.svg)
    else:
        print(graph.table())
    if options.out != "-" and (options.out or not options.json):
        _write(drawing, Path(options.out or "graph.html"), options)
    return 0


def _of_formula(options: Namespace) -> Graph:
    """Make the graph of a formula, swept both ways."""
    names = [name for name, _ in options.values]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise OptionError(f"{', '.join(twice)} was given more than once")
    if options.image is not None:
        raise OptionError(
            "a formula looks at no image", remedy="leave --image out, or name a run"
        )
    return expression(options.formula, dict(options.values))


def _of_run(options: Namespace) -> Graph:
    """Make the graph of a trained net's loss, swept both ways."""
    if options.values:
        raise OptionError(
            "the graph of a net takes no values", remedy="name an --image"
        )
    return loss_graph(load(options.formula), options.image)


def _write(drawing: Drawing, path: Path, options: Namespace) -> None:
    """Write the drawing, and open it if that was asked for."""
    try:
        drawing.save(path)
    except OSError as error:
        raise RunError(f"{path}: cannot be written: {error}") from error
    if not options.json:
        print(f"\n{path}")
    if options.open:
        webbrowser.open(path.resolve().as_uri())
