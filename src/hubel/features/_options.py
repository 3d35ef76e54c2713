"""Options that are one of a few words."""

from __future__ import annotations

from collections.abc import Sequence

from hubel.errors import OptionError


def check_word(name: str, given: object, words: Sequence[object]) -> None:
    """Refuse a word that an option does not have.

    Raises
    ------
    OptionError
        It lists the words.
    """
    if given not in words:
        raise OptionError(
            f"{name}={given!r}",
            remedy=f"Choose one of {', '.join(map(repr, words))}.",
        )
