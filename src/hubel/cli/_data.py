"""`hubel data get`: a classic data set from the web, with how far it is."""

from __future__ import annotations

import json
import os
from argparse import Namespace
from pathlib import Path
from typing import Any

from hubel.cli._meter import BYTES, Meter
from hubel.cli._parser import Parser
from hubel.cli._values import listed, name_of
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
    get.add_argument(
        "--json", action="store_true", help="print one JSON object, and no progress"
    )


def run(options: Namespace) -> int:
    """Download as the options say; return the exit code."""
    folder = Path(options.to or os.environ.get(VARIABLE) or "data")
    meter = Meter(BYTES, quiet=options.quiet or options.json)
    try:
        home = download(
            options.name, folder, mirror=options.mirror, progress=meter.move
        )
    finally:
        meter.close()
    if options.json:
        print(json.dumps({"name": options.name, "folder": str(home)}))
    elif options.quiet:
        print(home)
    else:
        print(f"{options.name} is in {home}")
        print(f"now: hubel train --data {options.name} --data-dir {home}")
    return 0
