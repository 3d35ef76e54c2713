"""argparse with suggestions for what was mistyped."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn


class Parser(argparse.ArgumentParser):
    """A parser that takes options as they are spelled, or says how they are."""

    def __init__(self, **settings: Any) -> None:
        """Keep the lines of texts as they are; complete no abbreviations."""
        shape = argparse.RawDescriptionHelpFormatter
        super().__init__(formatter_class=shape, allow_abbrev=False, **settings)

    def parse(self, words: Sequence[str], commands: Iterable[str]) -> Any:
        """Return the options; without words print the help.

        Raises
        ------
        SystemExit
            With 2 after a message on standard error, with 0 after help or version.
        """
        if not words:
            self.print_help()
            self.exit()
        first = words[0]
        if not first.startswith("-") and first not in commands:
            self.error(f"there is no command {first!r}{suggest(first, commands)}")
        options, rest = self.parse_known_args(words)
        if rest:
            getattr(options, "parser", self).refuse(rest[0])
        if "run" not in options:
            self.error("a command is missing")
        return options

    def refuse(self, word: str) -> NoReturn:
        """End with what is wrong with a word that belongs nowhere."""
        if not word.startswith("-"):
            self.error(f"{word!r} does not belong here")
        option = word.partition("=")[0]
        known = self._option_string_actions
        self.error(f"there is no option {option}{suggest(option, known)}")

    def error(self, message: str) -> NoReturn:
        """End with a message; the whole usage would bury it."""
        self.exit(2, f"{self.prog}: {message}\n  See `{self.prog} --help`.\n")


def suggest(word: str, known: Iterable[str]) -> str:
    """Ask whether a similar word was meant, if there is one.

    Examples
    --------
    >>> suggest("trai", ["train", "search"])
    "; did you mean 'train'?"
    """
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
