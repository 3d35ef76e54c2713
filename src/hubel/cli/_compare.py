"""`hubel compare`: the lecture's experiments, and what the command does with them."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterable
from typing import Any

from hubel import nn
from hubel.cli._compare_show import WORDS, CompareJson
from hubel.cli._exits import CLOSED, STOPPED, TERMINATED, discard_output
from hubel.cli._meter import PICTURES, Meter
from hubel.cli._parser import Parser
from hubel.cli._study_show import StudyLines, StudyShow
from hubel.cli._train import (
    _data_options as data_options,  # pyright: ignore[reportPrivateUsage]
)
from hubel.cli._train import (
    _training_options as training_options,  # pyright: ignore[reportPrivateUsage]
)
from hubel.cli._train import given_settings
from hubel.cli._values import features, listed, name_of, number, whole, widths
from hubel.experiments import Terminated
from hubel.experiments.comparing import (
    STUDIES,
    CompareEvent,
    CompareStanding,
    CompareStarted,
    Comparison,
    compare,
    compare_command,
)

_STORY = """\
Do one of the lecture's experiments, each net with several seeds, and write a report.

  layers       a linear classifier, a 2-layer and a 3-layer net on pixels
  activations  sigmoid, tanh, ReLU, leaky ReLU, ELU and maxout at equal size, and what
               each does to the gradient
  capacity     3, 6 and 20 hidden units, and strengths of regularisation, on points in
               the plane: decision regions in one grid of pictures
  features     pixels, features made by hand, and a dictionary learned from patches,
               frozen and trained end to end
"""

_EXAMPLES = """\
examples:
  hubel compare layers                     some seconds, on images that hubel draws
  hubel compare layers --data cifar10 --data-dir DIR --seeds 5
  hubel compare --features                 the lecture's slide: fixed, or end to end
  hubel compare activations --hidden 100,100 --lr 0.01
  hubel compare capacity --points spiral --units 3,6,20 --strengths 0,0.001,0.01

  hubel compare --resume runs/compare-layers-tenshapes-1      go on; finished nets stay

No row is called the best unless it is above the others by more than the spread.
"""

_Show = StudyShow[CompareStarted, CompareStanding, Comparison]


def describe(commands: Any, name: str) -> None:
    """Add the command to the others."""
    parser: Parser = commands.add_parser(
        name,
        help="do the lecture's experiments, and report them",
        description=_STORY,
        epilog=_EXAMPLES,
        usage="%(prog)s STUDY [options]",
    )
    parser.set_defaults(run=run, parser=parser)
    what = parser.add_argument_group("comparison")
    what.add_argument(
        "study",
        nargs="?",
        type=name_of(STUDIES),
        metavar="STUDY",
        help=f"{listed(STUDIES)}",
    )
    what.add_argument(
        "--seeds", type=whole(3), metavar="N", help="nets of each kind (default: 3)"
    )
    data_options(parser.add_argument_group("data"))
    _net_options(parser.add_argument_group("nets on images"))
    training_options(parser.add_argument_group("training"))
    _feature_options(parser.add_argument_group("features"))
    _point_options(parser.add_argument_group("points (capacity)"))
    _output_options(parser.add_argument_group("output"))


def _net_options(group: Any) -> None:
    """Add what the nets on images have in common."""
    group.add_argument(
        "--hidden",
        type=widths,
        metavar="N[,N...]",
        help="neurons of the hidden layers (default: 100; 50,50,50 for activations)",
    )
    group.add_argument(
        "--activation",
        type=name_of(nn.ACTIVATIONS),
        metavar="NAME",
        help=f"{listed(nn.ACTIVATIONS)} (default: relu; tanh for capacity)",
    )


def _feature_options(group: Any) -> None:
    """Add what is learned from instead of pixels."""
    group.add_argument(
        "--features",
        type=features,
        nargs="?",
        const=_FEATURES,
        metavar="WORDS",
        help="compare features, those that `hubel train --features` takes "
        f"(default: {_FEATURES})",
    )
    for name, text in _DICTIONARY.items():
        group.add_argument(f"--{name}", type=whole(1), metavar="N", help=text)


_FEATURES = "hog+hue"
_DICTIONARY = {
    "words": "words of the dictionary (default: 50; 400 for data from files)",
    "stride": "pixels from one patch to the next (default: 2)",
    "samples": "patches to learn words from (default: 20,000; 200,000)",
    "extra-epochs": "end to end, and as control still frozen (default: 6; 4)",
}


def _point_options(group: Any) -> None:
    """Add what the nets on points differ in, and what they learn from."""
    group.add_argument(
        "--points",
        type=name_of(("circle", "spiral", "xor", "blobs", "random")),
        metavar="NAME",
        help="circle, spiral, xor, blobs or random (default: circle)",
    )
    group.add_argument("--count", type=whole(2), metavar="N", help="(default: 100)")
    group.add_argument(
        "--noise",
        type=number(0),
        metavar="X",
        help="standard deviation of what is added to each coordinate (default: 0.2)",
    )
    group.add_argument(
        "--units",
        type=widths,
        metavar="N[,N...]",
        help="hidden units of each row of pictures (default: 3,6,20)",
    )
    group.add_argument(
        "--strengths",
        type=_numbers,
        metavar="X[,X...]",
        help="regularisation of each column (default: 0,0.001,0.01,0.03)",
    )
    group.add_argument(
        "--steps",
        type=whole(1),
        metavar="N",
        help="of descent, each on all points (default: 10,000)",
    )


def _numbers(text: str) -> tuple[float, ...]:
    """Read numbers from 0, with commas between them."""
    found = tuple(number(0)(part.strip()) for part in text.split(","))
    if len({*found}) < len(found):
        raise ArgumentTypeError(f"{text!r} has a number twice")
    return found


def _output_options(group: Any) -> None:
    """Add what says where the results go."""
    group.add_argument(
        "--out",
        metavar="DIR",
        help="a new folder for the nets and the report "
        "(default: the next free runs/compare-STUDY-DATA-n)",
    )
    group.add_argument(
        "--resume",
        metavar="COMPARISON",
        help="go on with the comparison of this folder, with its own settings; nets "
        "that are finished are kept",
    )
    group.add_argument("--quiet", action="store_true", help="print the result only")
    group.add_argument(
        "--json",
        action="store_true",
        help="print one JSON object a line: the start, each net, the end",
    )


def run(options: Namespace) -> int:
    """Compare as the options say; return the exit code."""
    show = _choose(options)
    meter = Meter(PICTURES, quiet=options.quiet or options.json)
    watcher = _Watcher(show, meter)
    try:
        result = _compare(options, watcher)
    except Terminated as end:
        show.close()
        how = compare_command(end.folder)
        print(f"hubel: stopped by SIGTERM; to go on: {how}", file=sys.stderr)
        return TERMINATED
    finally:
        meter.close()
        show.close()
    show.end(result)
    if watcher.closed:
        return CLOSED
    return STOPPED if result.stopped_by else 0


def _compare(options: Namespace, watcher: _Watcher) -> Comparison:
    """Begin a comparison, or go on with one."""
    if options.features and options.study is None and options.resume is None:
        options.study = "features"
    given = _given(options)
    how: dict[str, Any] = {"progress": watcher.meter.move, "watch": watcher}
    if options.resume is None:
        if options.study is None:
            options.parser.error(f"say what to compare: {listed(STUDIES)}")
        seeds = options.seeds or 3
        return compare(options.study, seeds=seeds, out=options.out, **given, **how)
    others = [*given, *(n for n in ("study", "seeds", "out") if getattr(options, n))]
    if others:
        name = others[0].replace("_", "-")
        options.parser.error(f"{name} is part of the comparison that is resumed")
    return compare(resume=options.resume, **how)


_OF_POINTS = ("points", "count", "noise", "units", "strengths", "steps")
_SHARED = {"activation", "lr", "momentum", "seed"}
"""What nets on images and nets on points both have."""


def _given(options: Namespace) -> dict[str, Any]:
    """Return the settings that options give; refuse those of another study."""
    of_images = given_settings(options)
    of_points = _those(options, _OF_POINTS)
    of_words = _those(options, (name.replace("-", "_") for name in _DICTIONARY))
    foreign = {*of_points, *(of_words if options.study != "features" else ())}
    if options.study == "capacity":
        foreign = {*of_words, *(set(of_images) - _SHARED)}
    if foreign and options.study is not None:
        name = min(foreign).replace("_", "-")
        options.parser.error(f"--{name} has no meaning for {options.study}")
    if "points" in of_points:
        of_points["data"] = of_points.pop("points")
    return of_images | of_points | of_words


def _those(options: Namespace, names: Iterable[str]) -> dict[str, Any]:
    """Return those of some options that were given."""
    asked = {name: getattr(options, name) for name in names}
    return {name: value for name, value in asked.items() if value is not None}


def _choose(options: Namespace) -> _Show:
    """Return what fits the options and the output."""
    if options.json:
        return CompareJson()
    if options.quiet or not sys.stdout.isatty():
        return StudyLines(WORDS, quiet=options.quiet)
    from hubel.cli._study_bar import StudyBar

    return StudyBar(WORDS)


class _Watcher:
    """Passes events on to a show; ends the comparison when nobody reads any more."""

    def __init__(self, show: _Show, meter: Meter) -> None:
        self._show, self.meter = show, meter
        self.closed = False

    def __call__(self, event: CompareEvent) -> bool:
        """Tell an event; return whether the comparison should end."""
        try:
            if isinstance(event, CompareStarted):
                self.meter.close()
                self._show.start(event)
            else:
                self._show.move(event)
        except BrokenPipeError:
            discard_output()
            self.closed = True
        return self.closed
