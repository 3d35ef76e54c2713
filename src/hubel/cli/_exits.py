"""How a command ends when somebody wants it to."""

from __future__ import annotations

import os
import sys

STOPPED, CLOSED, TERMINATED = 130, 141, 143
"""What a shell expects where SIGINT, SIGPIPE or SIGTERM ended a program: 128 and its
number."""


def discard_output() -> None:
    """Send what is still to come nowhere, once nobody reads standard output.

    Python would otherwise complain again when it flushes at its end.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
