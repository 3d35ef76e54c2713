"""From the words of a command to its exit code."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Any

from hubel import __version__
from hubel.cli._compare import describe as describe_compare
from hubel.cli._data import describe as describe_data
from hubel.cli._doctor import describe as describe_doctor
from hubel.cli._exits import CLOSED, STOPPED, discard_output
from hubel.cli._export import describe as describe_export
from hubel.cli._features import describe as describe_features
from hubel.cli._graph import describe as describe_graph
from hubel.cli._parser import Parser
from hubel.cli._play import describe as describe_play
from hubel.cli._predict import describe as describe_predict
from hubel.cli._search import describe as describe_search
from hubel.cli._train import describe as describe_train
from hubel.errors import HubelError

_COMMANDS = {
    "train": describe_train,
    "data": describe_data,
    "doctor": describe_doctor,
    "search": describe_search,
    "compare": describe_compare,
    "features": describe_features,
    "graph": describe_graph,
    "predict": describe_predict,
    "export": describe_export,
    "play": describe_play,
}
"""Every command, and what adds its parser to the others."""


def main(words: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    words : sequence of str, optional
        What follows the program's name; that of this process when left out.

    Returns
    -------
    int
        0 when all went well, 1 after an error, 130 after Ctrl-C, 141 when nobody reads
        the output any more. A command that makes no sense raises `SystemExit` with 2.
    """
    _escape_what_cannot_be_shown()
    chosen = sys.argv[1:] if words is None else words
    options = _parser().parse(chosen, _COMMANDS)
    with warnings.catch_warnings():
        warnings.showwarning = _tell_warning
        try:
            code = options.run(options)
            sys.stdout.flush()
            return code
        except HubelError as error:
            print(f"hubel: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("hubel: stopped by Ctrl-C", file=sys.stderr)
            return STOPPED
        except BrokenPipeError:
            discard_output()
            return CLOSED


def _parser() -> Parser:
    """Return the parser of all commands."""
    parser = Parser(
        prog="hubel",
        description="Computational graphs from pixels to class scores.",
        epilog="`hubel COMMAND --help` explains a command.",
    )
    parser.add_argument("--version", action="version", version=f"hubel {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name, describe in _COMMANDS.items():
        describe(commands, name)
    return parser


def _escape_what_cannot_be_shown() -> None:
    """Keep a name that the terminal has no letters for from ending a run."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _tell_warning(message: Warning | str, *where: Any, **more: Any) -> None:
    """Print a warning as a user needs it: without the line of code that gave it."""
    print(f"hubel: {message}", file=sys.stderr)
