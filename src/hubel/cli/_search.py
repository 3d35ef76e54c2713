"""`hubel search`: its options, and what it does with them."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError, Namespace
from typing import Any

from hubel.cli._exits import CLOSED, STOPPED, TERMINATED, discard_output
from hubel.cli._parser import Parser
from hubel.cli._search_show import WORDS, SearchJson
from hubel.cli._study_show import StudyLines, StudyShow
from hubel.cli._train import (
    _data_options as data_options,  # pyright: ignore[reportPrivateUsage]
)
from hubel.cli._train import (
    _net_options as net_options,  # pyright: ignore[reportPrivateUsage]
)
from hubel.cli._train import (
    _training_options as training_options,  # pyright: ignore[reportPrivateUsage]
)
from hubel.cli._train import given_settings
from hubel.cli._values import number, whole
from hubel.errors import OptionError
from hubel.experiments import Terminated, TrainSettings
from hubel.experiments.searching import (
    SearchEvent,
    SearchResult,
    SearchSettings,
    SearchStarted,
    SearchWatch,
    Standing,
    parse,
    search,
    search_command,
)

_STORY = """\
Train many nets with settings drawn at random, give the bad ones up early, and find the
one that is best on the validation images. It takes the options of `hubel train`; --try
says which settings differ from net to net. The test images are looked at once, for the
best net alone.
"""

_EXAMPLES = """\
examples:
  hubel search                             learning rate and L2, on hubel's own images
  hubel search --data cifar10 --data-dir DIR --trials 40 --epochs 4
  hubel search --try lr=1e-4..1e-1 --try l2=1e-6..1 --try hidden=50,100,200-100

  hubel search --resume runs/search-cifar10-1       go on with one that was interrupted

--try NAME=LOW..HIGH draws from a range: lr and l2 by powers of ten, momentum and
dropout evenly. --try NAME=VALUE,VALUE,... draws one of the values, also of hidden,
batch-size, activation, optimizer, loss and schedule. Neurons of several hidden layers
are joined by hyphens.
"""

_Show = StudyShow[SearchStarted, Standing, SearchResult]


def describe(commands: Any, name: str) -> None:
    """Add the command to the others."""
    parser: Parser = commands.add_parser(
        name,
        help="train many nets and find the best settings",
        description=_STORY,
        epilog=_EXAMPLES,
        usage="%(prog)s [options]",
    )
    parser.set_defaults(run=run, parser=parser)
    _search_options(parser.add_argument_group("search"))
    data_options(parser.add_argument_group("data"))
    net_options(parser.add_argument_group("net"))
    training_options(parser.add_argument_group("training"))
    _output_options(parser.add_argument_group("output"))


def _search_options(group: Any) -> None:
    """Add what says what to try."""
    group.add_argument(
        "--try",
        dest="tried",
        type=_axis,
        action="append",
        metavar="NAME=WHAT",
        help="a setting and what to try of it, any number of times "
        "(default: lr=1e-4..1e-1 and l2=1e-6..1)",
    )
    group.add_argument(
        "--trials", type=whole(1), metavar="N", help="how many nets (default: 20)"
    )
    group.add_argument(
        "--rounds",
        type=whole(1),
        metavar="N",
        help="after the first, each draws around the best third so far (default: 2)",
    )
    group.add_argument(
        "--drop",
        type=number(0, 1),
        metavar="SHARE",
        help="give up so many of the worst after an eighth, a quarter and a half of "
        "the epochs, 0 for none (default: 0.5)",
    )


def _output_options(group: Any) -> None:
    """Add what says where the results go."""
    group.add_argument(
        "--out",
        metavar="DIR",
        help="a new folder for the trials, the table and the report "
        "(default: the next free runs/search-DATA-n)",
    )
    group.add_argument(
        "--resume",
        metavar="SEARCH",
        help="go on with the search of this folder, with its own settings; it comes to "
        "the same bits as if it had never been interrupted",
    )
    group.add_argument("--quiet", action="store_true", help="print the result only")
    group.add_argument(
        "--json",
        action="store_true",
        help="print one JSON object a line: the start, each trial as it ends, the end",
    )


def _axis(text: str) -> Any:
    """Read what to try."""
    try:
        return parse(text)
    except OptionError as error:
        raise ArgumentTypeError(str(error)) from None


def run(options: Namespace) -> int:
    """Search as the options say; return the exit code."""
    show = _choose(options)
    watcher = _Watcher(show)
    try:
        result = _search(options, watcher)
    except Terminated as end:
        show.close()
        how = search_command(end.folder)
        print(f"hubel: stopped by SIGTERM; to go on: {how}", file=sys.stderr)
        return TERMINATED
    finally:
        show.close()
    show.end(result)
    if watcher.closed:
        return CLOSED
    return STOPPED if result.stopped_by else 0


def _search(options: Namespace, watcher: SearchWatch) -> SearchResult:
    """Begin a search, or go on with one."""
    given = given_settings(options)
    own = {name: getattr(options, name) for name in ("trials", "rounds", "drop")}
    own = {name: value for name, value in own.items() if value is not None}
    if options.resume is not None:
        others = [*given, *own, *(n for n in ("out", "tried") if getattr(options, n))]
        if others:
            what = "try" if others[0] == "tried" else others[0].replace("_", "-")
            options.parser.error(f"--{what} is part of the search that is resumed")
        return search(resume=options.resume, watch=watcher)
    if options.tried:
        own["space"] = dict(options.tried)
    settings = SearchSettings(train=TrainSettings(**given), **own)
    return search(settings, out=options.out, watch=watcher)


def _choose(options: Namespace) -> _Show:
    """Return what fits the options and the output."""
    if options.json:
        return SearchJson()
    if options.quiet or not sys.stdout.isatty():
        return StudyLines(WORDS, quiet=options.quiet)
    from hubel.cli._study_bar import StudyBar

    return StudyBar(WORDS)


class _Watcher:
    """Passes events on to a show; ends the search when nobody reads any more."""

    def __init__(self, show: _Show) -> None:
        self._show = show
        self.closed = False

    def __call__(self, event: SearchEvent) -> bool:
        """Tell an event; return whether the search should end."""
        try:
            if isinstance(event, SearchStarted):
                self._show.start(event)
            else:
                self._show.move(event)
        except BrokenPipeError:
            discard_output()
            self.closed = True
        return self.closed
