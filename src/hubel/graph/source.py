"""Find the user's own line behind a recorded operation."""

from __future__ import annotations

import linecache
import os
import sys
from threading import get_ident
from types import CodeType, FrameType, TracebackType

import numpy as np

Line = tuple[str, int]
"""A line of the user's source: file name and line number."""

HUBEL = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
NUMPY = os.path.dirname(os.path.abspath(np.__file__)) + os.sep
SCIPY = os.path.join(os.path.dirname(os.path.dirname(NUMPY)), "scipy") + os.sep
DERIVE = os.path.join(HUBEL, "derive") + os.sep

_OWN: dict[CodeType, bool | None] = {}
"""Code seen so far: a library's (True), a sweep's (None), the user's (False)."""


_REPLAYED: dict[int, Line | None] = {}
"""For each thread that replays recorded gates, the line that recorded this one."""


class Replay:
    """A context in which gates that were recorded are applied again.

    What is recorded then, and what goes wrong, belongs to the line of the user that
    recorded the gate in the first place.
    """

    def __enter__(self) -> Replay:
        self._thread = get_ident()
        self._before = dict(_REPLAYED)
        return self

    def at(self, line: Line | None) -> None:
        """Begin with a gate that this line recorded; None for one of a sweep."""
        _REPLAYED[self._thread] = line

    def __exit__(self, *_error: object) -> None:
        _REPLAYED.pop(self._thread, None)
        if self._thread in self._before:
            _REPLAYED[self._thread] = self._before[self._thread]


def user_line(depth: int = 2) -> Line | None:
    """Return the innermost line outside hubel, NumPy and SciPy; None in a sweep."""
    if _REPLAYED and (thread := get_ident()) in _REPLAYED:
        return _REPLAYED[thread]
    frame: FrameType | None = sys._getframe(depth)  # pyright: ignore[reportPrivateUsage]
    while frame is not None:
        code = frame.f_code
        own = _OWN.get(code, 0)
        if own == 0 and own is not False:
            own = _OWN[code] = _classify(code)
        if own is None:
            return None
        if own is False:
            return code.co_filename, frame.f_lineno
        frame = frame.f_back
    return None


def user_frame(depth: int = 2) -> FrameType | None:
    """Return the innermost frame outside hubel, NumPy and SciPy."""
    frame: FrameType | None = sys._getframe(depth)  # pyright: ignore[reportPrivateUsage]
    while frame is not None and _classify(frame.f_code) is not False:
        frame = frame.f_back
    return frame


def line_of(traceback: TracebackType | None) -> Line | None:
    """Return the innermost line outside hubel, NumPy and SciPy that an error passed."""
    found: Line | None = None
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if _classify(code) is False:
            found = code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next
    return found


def _classify(code: CodeType) -> bool | None:
    path = code.co_filename
    if path.startswith(DERIVE):
        return None
    return path.startswith((HUBEL, NUMPY, SCIPY, "<__array_function__"))


def written(line: Line | None) -> str:
    """Write a line as ``file:number: source``; empty for None."""
    if line is None:
        return ""
    path, number = line
    source = linecache.getline(path, number).strip()
    return f"{path}:{number}: {source}" if source else f"{path}:{number}"
