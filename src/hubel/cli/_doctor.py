"""`hubel doctor`: examine what `hubel train` would train, with the same options."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from typing import Any

from hubel.cli._lines import tell
from hubel.cli._meter import PICTURES, Meter
from hubel.cli._parser import Parser
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
from hubel.experiments import Diagnosis, Finding, Task, TrainSettings, diagnose
from hubel.experiments._task import prepare
from hubel.experiments.doctor import written

_STORY = """\
Examine whether a net is learning properly: a verdict, a number and what to do, a line
each. It takes the options of `hubel train` and looks at what that would train: the
data, the loss before training, what goes through the layers, the gradient of each
parameter, the learning rate, and whether the net learns at all. Nothing is changed.

The exit code is 1 if any line says fail.
"""

_EXAMPLES = """\
examples:
  hubel doctor                             the net that `hubel train` would train
  hubel doctor --lr 2                      is that learning rate a good one?
  hubel doctor --data mnist --data-dir DIR --hidden 512,256 --report page.html
"""


def describe(commands: Any, name: str) -> None:
    """Add the command to the others."""
    parser: Parser = commands.add_parser(
        name,
        help="examine whether a net is learning properly",
        description=_STORY,
        epilog=_EXAMPLES,
        usage="%(prog)s [options]",
    )
    parser.set_defaults(run=run, parser=parser)
    data_options(parser.add_argument_group("data"))
    net_options(parser.add_argument_group("net"))
    training_options(parser.add_argument_group("training"))
    output = parser.add_argument_group("output")
    output.add_argument(
        "--report",
        metavar="FILE",
        help="write a page with every line and charts, such as doctor.html",
    )
    output.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: Namespace) -> int:
    """Examine as the options say; return the exit code."""
    settings = TrainSettings(**given_settings(options)).completed()
    meter = Meter(PICTURES, quiet=options.json)
    try:
        task = prepare(settings, meter.move)
    finally:
        meter.close()
    tell(task.notices)
    found = _examine(task, quiet=options.json)
    page = None if options.report is None else str(found.save(options.report))
    if options.json:
        whole = {**found.as_json(), "settings": asdict(task.settings), "report": page}
        print(json.dumps(whole, allow_nan=False))
    else:
        print(found.summary())
        if page:
            print(f"report: {page}")
    return 0 if found.healthy else 1


def _examine(task: Task, *, quiet: bool) -> Diagnosis:
    """Examine a task; print every line as it is found."""
    with _Teller(quiet=quiet) as watch:
        config = task.settings.config()
        return diagnose(task.net, task.train, task.test, config, watch=watch)


class _Teller:
    """Prints findings; on a terminal in colour, above what is being looked at."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._console: Any = None
        self._status: Any = None
        self._shown: AbstractContextManager[Any] = nullcontext()
        if not quiet and sys.stdout.isatty():
            from rich.console import Console

            self._console = Console()
            self._shown = self._console.status("reading")

    def __enter__(self) -> _Teller:
        """Begin to show what is being looked at."""
        self._status = self._shown.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """Take away what was there for the progress only."""
        self._shown.__exit__(None, None, None)

    def __call__(self, event: str | Finding) -> None:
        """Tell what is looked at next, or what was found."""
        if self._quiet:
            return
        if isinstance(event, str):
            if self._status is not None:
                self._status.update(f"looking at {event}")
        elif self._console is None:
            print(written(event), flush=True)
        else:
            said, style = written(event), _STYLES[event.verdict]
            self._console.print(said, style=style, markup=False, highlight=False)


_STYLES = {"pass": "green", "warn": "yellow", "fail": "bold red"}
