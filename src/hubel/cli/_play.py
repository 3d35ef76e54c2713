"""`hubel play`: the playground in the browser."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace
from typing import Any

from hubel.cli._parser import Parser
from hubel.playground import ROOMS, play

_STORY = """\
Open the playground in the browser. Points: a net that learns to tell points in the
plane apart, trained by hubel while you watch and turn its knobs. Cells: bars and
gratings for model cells, learned words and the first layer of a run. Images: what the
net of a run makes of an image. All of it runs on this machine alone; Ctrl-C ends it.
"""

_EXAMPLES = """\
examples:
  hubel play                       opens a browser
  hubel play runs/first            looks at the net of a run as well
  hubel play --no-browser          prints the address, to be opened by hand
"""


def describe(commands: Any, name: str) -> None:
    """Add the command to the others."""
    parser: Parser = commands.add_parser(
        name,
        help="train small nets in the browser, probe cells and trained nets",
        description=_STORY,
        epilog=_EXAMPLES,
        usage="%(prog)s [RUN] [options]",
    )
    parser.set_defaults(run=run, parser=parser)
    parser.add_argument(
        "folder", nargs="?", metavar="RUN", help="the folder of a trained run"
    )
    parser.add_argument(
        "--best", action="store_true", help="the epoch of the best validation accuracy"
    )
    parser.add_argument(
        "--room",
        choices=ROOMS,
        default="",
        help="where to begin (points; with RUN images)",
    )
    parser.add_argument(
        "--port", type=port, default=0, help="where to listen (a free port)"
    )
    parser.add_argument(
        "--no-browser", action="store_true", help="print the address, open nothing"
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="what to listen on (the loopback)"
    )
    parser.add_argument(
        "--allow-remote",
        action="store_true",
        help="let --host be an address that other machines reach",
    )


def port(text: str) -> int:
    """Read the number of a port.

    Examples
    --------
    >>> port("8000")
    8000
    """
    if not text.isdecimal() or not 0 <= int(text) <= 65535:
        raise ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)


def run(options: Namespace) -> int:
    """Serve until Ctrl-C; return the exit code."""
    if options.allow_remote:
        print("hubel: anybody who has this address can use the page, unencrypted")
    play(
        options.folder,
        best=options.best,
        room=options.room,
        host=options.host,
        port=options.port,
        browser=not options.no_browser,
        allow_remote=options.allow_remote,
        tell=_tell,
    )
    return 0


def _tell(address: str) -> None:
    print(f"The playground is at\n  {address}\nCtrl-C ends it.", flush=True)
