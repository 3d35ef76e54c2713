"""What a page sends: small JSON objects, refused unless they are as they should be."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn, cast

from hubel.errors import OptionError

LARGEST = 64 * 1024
"""Bytes of a message; the page cuts longer tables and pictures into pieces."""
_DEEPEST = 12


def parse(text: str) -> dict[str, Any]:
    """Read a message.

    Raises
    ------
    OptionError
        If it is too long, too deep, not a JSON object with a ``type``, or has a number
        that is not finite.
    """
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST:
        raise OptionError(f"a message has more than {LARGEST:,} bytes")
    try:
        found = json.loads(text, parse_constant=_not_finite)
    except (ValueError, RecursionError):
        raise OptionError("a message is not JSON") from None
    if not isinstance(found, dict) or not isinstance(
        cast("dict[str, Any]", found).get("type"), str
    ):
        raise OptionError("a message is an object with a type")
    message = cast("dict[str, Any]", found)
    _check_depth(message)
    return message


def _not_finite(name: str) -> NoReturn:
    raise ValueError(name)


def _check_depth(value: Any) -> None:
    """Refuse what is nested deeper than any message of ours, and infinite numbers."""
    stack: list[tuple[Any, int]] = [(value, 1)]
    while stack:
        each, depth = stack.pop()
        if depth > _DEEPEST:
            raise OptionError(f"a message is nested deeper than {_DEEPEST} levels")
        if isinstance(each, dict):
            stack += [(v, depth + 1) for v in cast("dict[str, Any]", each).values()]
        elif isinstance(each, list):
            stack += [(v, depth + 1) for v in cast("list[Any]", each)]
        elif isinstance(each, float) and not math.isfinite(each):
            raise OptionError("a message has a number that is not finite")


class Fields:
    """The fields of a message, each read once and checked; none may be left over.

    Examples
    --------
    >>> fields = Fields({"units": 6, "activation": "tanh"})
    >>> fields.whole("units", 1, 64), fields.choice("activation", ("tanh", "relu"))
    (6, 'tanh')
    >>> fields.end()
    """

    def __init__(self, values: Any, where: str = "a message") -> None:
        if not isinstance(values, Mapping):
            raise OptionError(f"{where} is not an object")
        self._left = dict(cast("Mapping[str, Any]", values))
        self._where = where

    def take(self, name: str) -> Any:
        """Return a field as it is."""
        if name not in self._left:
            raise OptionError(f"{self._where} has no {name!r}")
        return self._left.pop(name)

    def has(self, name: str) -> bool:
        """Whether a field is there that was not read yet."""
        return name in self._left

    def whole(self, name: str, least: int, most: int) -> int:
        """Return a whole number from `least` to `most`."""
        value = self.take(name)
        if type(value) is not int or not least <= value <= most:
            self._refuse(name, value, f"a whole number from {least} to {most}")
        return value

    def number(self, name: str, least: float, most: float) -> float:
        """Return a number from `least` to `most`."""
        value = self.take(name)
        if type(value) not in (int, float) or not least <= value <= most:
            self._refuse(name, value, f"a number from {least:g} to {most:g}")
        return float(value)

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """Return one of some words."""
        value = self.take(name)
        if not isinstance(value, str) or value not in choices:
            self._refuse(name, value, f"one of {', '.join(choices)}")
        return value

    def flag(self, name: str) -> bool:
        """Return true or false."""
        value = self.take(name)
        if not isinstance(value, bool):
            self._refuse(name, value, "true or false")
        return value

    def text(self, name: str, most: int) -> str:
        """Return a text of at most so many characters."""
        value = self.take(name)
        if not isinstance(value, str) or len(value) > most:
            self._refuse(name, value, f"a text of at most {most:,} characters")
        return value

    def items(self, name: str, most: int) -> list[Any]:
        """Return a list of at most so many entries."""
        value = self.take(name)
        if not isinstance(value, list):
            self._refuse(name, value, "a list")
        entries = cast("list[Any]", value)
        if len(entries) > most:
            raise OptionError(f"{name} has {len(entries):,} entries, {most:,} are many")
        return entries

    def end(self) -> None:
        """Refuse fields that nobody has read."""
        if self._left:
            unknown = ", ".join(repr(str(name)[:40]) for name in self._left)
            raise OptionError(f"{self._where} has a field {unknown} too many")

    def _refuse(self, name: str, value: Any, needed: str) -> NoReturn:
        raise OptionError(f"{name} is {repr(value)[:60]}", remedy=f"give {needed}")
