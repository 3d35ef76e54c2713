"""`hubel graph`: the graph of a formula, with every value and gradient on its wires."""

from __future__ import annotations

import math
import webbrowser
from argparse import ArgumentTypeError, Namespace
from pathlib import Path
from typing import Any

from hubel.cli._parser import Parser
from hubel.cli._values import whole
from hubel.errors import OptionError, RunError
from hubel.transforms.drawing import Drawing
from hubel.transforms.expression import expression

_STORY = """\
Draw a formula as a computational graph: values run forward, in green above the wires;
gradients run backward, in red below them. As .html it is a page that plays both sweeps
step by step: at each gate, upstream gradient times local gradient.
"""

_EXAMPLES = """\
examples:
  hubel graph "(x+y)*z" x=-2 y=5 z=-4
  hubel graph "sigmoid(w0*x0 + w1*x1 + w2)" w0=2 x0=-1 w1=-3 x1=-2 w2=-3 --open
  hubel graph "1/(1+exp(-(w*x+b)))" w=2 x=-1 b=1 --slide --out neuron.svg
"""


def describe(commands: Any, name: str) -> None:
    """Add the command to the others."""
    parser: Parser = commands.add_parser(
        name,
        help="draw a formula as a graph, with values and gradients",
        description=_STORY,
        epilog=_EXAMPLES,
        usage='%(prog)s "FORMULA" [NAME=VALUE ...] [options]',
    )
    parser.set_defaults(run=run, parser=parser)
    parser.add_argument("formula", metavar="FORMULA", help='such as "(x+y)*z"')
    parser.add_argument(
        "values",
        metavar="NAME=VALUE",
        nargs="*",
        type=assigned,
        help="a value for each name in the formula",
    )
    parser.add_argument(
        "--out",
        metavar="FILE",
        help="what to write: .html (the default is graph.html), .svg, .png, .dot, "
        ".json or .mmd; - prints the SVG",
    )
    parser.add_argument(
        "--digits", type=whole(0), default=2, help="digits behind the point (2)"
    )
    parser.add_argument(
        "--slide",
        action="store_true",
        help="round each number before it is used again, as lectures do",
    )
    parser.add_argument(
        "--branches",
        action="store_true",
        help="show what each branch of a wire adds to its gradient",
    )
    parser.add_argument("--open", action="store_true", help="open it in a browser")
    parser.add_argument("--json", action="store_true", help="print the graph as JSON")


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
    names = [name for name, _ in options.values]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise OptionError(f"{', '.join(twice)} was given more than once")
    if options.digits > 17:
        raise OptionError("a number has at most 17 digits that count")
    graph = expression(options.formula, dict(options.values))
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
