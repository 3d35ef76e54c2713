"""`hubel data get`: a classic data set from the web, with how far it is."""

from __future__ import annotations

import os
import sys
import time
from argparse import Namespace
from pathlib import Path
from typing import Any

from hubel.cli._parser import Parser
from hubel.cli._values import listed, name_of
from hubel.cli._words import duration
from hubel.data import PUBLISHED, download
from hubel.experiments import VARIABLE

_STORY = """\
Download a data set, unless it is there already.

A download that broke off goes on where it was. Every file is checked against the
SHA-256 of the published one before it gets its name.
"""

_EXAMPLES = """\
examples:
  hubel data get mnist                      12 MB, into the folder data
  hubel data get cifar10 --to DIR           170 MB
  hubel data get cifar10 --mirror URL       from another web folder with the same file
"""

_SECONDS = 10.0
"""At most one line of progress in so much time where the output is no terminal."""


def describe(commands: Any, name: str) -> None:
    """Add the command to the others."""
    parser: Parser = commands.add_parser(name, help="download a data set")
    actions = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    get: Parser = actions.add_parser(
        "get",
        help=f"download {listed(PUBLISHED)}",
        description=_STORY,
        epilog=_EXAMPLES,
        usage="%(prog)s NAME [options]",
    )
    get.set_defaults(run=run, parser=get)
    get.add_argument(
        "name", type=name_of(PUBLISHED), metavar="NAME", help=listed(PUBLISHED)
    )
    get.add_argument(
        "--to",
        metavar="DIR",
        help="where the data set gets a folder of its own (default: the folder that "
        f"the environment variable {VARIABLE} names, or data)",
    )
    get.add_argument(
        "--mirror", metavar="URL", help="a web folder that has the published files"
    )
    get.add_argument("--quiet", action="store_true", help="print the folder only")


def run(options: Namespace) -> int:
    """Download as the options say; return the exit code."""
    folder = Path(options.to or os.environ.get(VARIABLE) or "data")
    meter = _Meter(quiet=options.quiet)
    try:
        home = download(
            options.name, folder, mirror=options.mirror, progress=meter.move
        )
    finally:
        meter.close()
    if options.quiet:
        print(home)
    else:
        print(f"{options.name} is in {home}")
        print(f"now: hubel train --data {options.name} --data-dir {home}")
    return 0


class _Meter:
    """How far a download is: a line that moves on a terminal, one now and then else.

    It goes to standard error, so that what is asked for stays alone on the output.
    """

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._moves = sys.stderr.isatty()
        self._begun = self._last = time.monotonic()
        self._at = self._start = 0

    def move(self, done: int, of: int) -> None:
        """Show that so many bytes of so many are there."""
        if self._quiet:
            return
        now = time.monotonic()
        if done < self._at or not self._at:  # another file
            self._begun, self._start = now, done
        self._at = done
        if now - self._last >= (0.2 if self._moves else _SECONDS):
            self._last = now
            self._show(done, of, now - self._begun)

    def close(self) -> None:
        """Leave the terminal at the start of a line."""
        if self._moves and self._at and not self._quiet:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def _show(self, done: int, of: int, seconds: float) -> None:
        """Print how far it is, how fast it goes, and how long it will take."""
        rate = max(1.0, (done - self._start) / max(seconds, 1e-9))
        line = (
            f"{done / 1e6:,.1f} of {of / 1e6:,.1f} MB  {rate / 1e6:,.1f} MB/s  "
            f"{duration((of - done) / rate)} left"
        )
        start, end = ("\r\033[K", "") if self._moves else ("", "\n")
        print(f"{start}{line}", end=end, file=sys.stderr, flush=True)
