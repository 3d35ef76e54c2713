"""The command line: it parses, calls and prints; what it calls is for all to call."""

from hubel.cli._main import main

__all__ = ["main"]
