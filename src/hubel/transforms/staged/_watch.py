"""Watch the local variables of a student's function as it runs.

A function that keeps its stages in local variables need not be rewritten to be
checked: every value that a name is given is noted, with the line that gave it.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import CodeType, FrameType, TracebackType
from typing import Any, cast

from hubel.graph.source import Line, user_line

Take = Callable[[Any, Any], Any]
"""Given a value and what was noted last, return what to note, or None for nothing."""

KEPT = 200
"""Versions kept of one name; a loop may go through many."""


@dataclass(frozen=True, slots=True)
class Version:
    """What a name stood for, and the line that made it so."""

    value: Any
    line: Line | None


class Watch:
    """The values that names were given while watched functions ran.

    Parameters
    ----------
    functions : iterable of callable
        Whose local variables are watched.
    take : callable
        What to note of a value.

    Attributes
    ----------
    names : dict of str to list of Version
        For every local variable, what it stood for, in order.
    entries : dict of int to (dict, dict of str to list of Version)
        The same for the entries of each dict that a local variable held, by its id.
    """

    def __init__(self, functions: Iterable[Callable[..., Any]], take: Take) -> None:
        self._codes = {code for f in functions if (code := code_of(f)) is not None}
        self._take = take
        self._lines: dict[FrameType, int] = {}
        self.names: dict[str, list[Version]] = {}
        self.entries: dict[int, tuple[Any, dict[str, list[Version]]]] = {}

    def __enter__(self) -> Watch:
        _watches().append(self)
        self._outer = sys.gettrace()
        if self._codes:
            sys.settrace(self._called)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._codes:
            sys.settrace(self._outer)
        _watches().remove(self)
        self._lines.clear()

    def note(
        self, known: dict[str, list[Version]], name: str, value: Any, line: Line | None
    ) -> None:
        """Add a version of a name, if the value is a new one."""
        versions = known.get(name, [])
        taken = self._take(value, versions[-1].value if versions else None)
        if taken is not None:
            known[name] = [*versions[-KEPT:], Version(taken, line)]

    def mark(self, name: str, value: Any) -> None:
        """Note what the function itself says is a stage."""
        self.note(self.names, name, value, user_line(3))

    def _called(self, frame: FrameType, event: str, arg: Any) -> Any:
        if frame.f_code not in self._codes:
            return None
        self._lines[frame] = frame.f_lineno
        return self._stepped

    def _stepped(self, frame: FrameType, event: str, arg: Any) -> Any:
        """Read the variables before each line: the line before has set them."""
        line = frame.f_code.co_filename, self._lines[frame]
        for name, value in frame.f_locals.items():
            if isinstance(value, dict):
                self._entries(cast("dict[Any, Any]", value), line)
            else:
                self.note(self.names, name, value, line)
        self._lines[frame] = frame.f_lineno
        return self._stepped

    def _entries(self, held: dict[Any, Any], line: Line) -> None:
        _, known = self.entries.setdefault(id(held), (held, {}))
        for key, value in held.items():
            self.note(known, str(key), value, line)


def code_of(f: Callable[..., Any]) -> CodeType | None:
    """Return the code of a Python function or method, None for other callables."""
    while hasattr(f, "__wrapped__"):
        f = cast(Any, f).__wrapped__
    return getattr(f, "__code__", None)


_ACTIVE = threading.local()


def _watches() -> list[Watch]:
    return _ACTIVE.__dict__.setdefault("watches", [])


def stage(name: str, value: Any) -> Any:
    """Name an intermediate value, or a gradient, for :func:`check_staged`.

    Local variables of the functions that are checked have names already. This is for
    what is computed in a helper function, or has no variable of its own.

    Parameters
    ----------
    name : str
        The name of the stage, such as ``"hidden"``, or of its gradient, such as
        ``"dhidden"``.
    value : array or scalar
        Its value.

    Returns
    -------
    value
        As it was given.

    Examples
    --------
    >>> stage("hidden", 2.0) * 3
    6.0
    """
    for watch in _watches():
        watch.mark(name, value)
    return value
