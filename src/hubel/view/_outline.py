"""SVG's path data as lines through points, which is all that a raster knows.

Source: Scalable Vector Graphics (SVG) 1.1, Second Edition, W3C 2011, section 8.3.
"""

from __future__ import annotations

import cmath
import math
import re
from collections.abc import Iterator

from hubel.errors import OptionError

Point = complex
"""A place; its parts are x and y."""

_TOKEN = re.compile(r"[A-Za-z]|-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?")
_COUNTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "A": 7, "Z": 0}
_STEPS = 16
"""So many straight pieces stand for a curve."""


def outlines(data: str) -> list[list[Point]]:
    """Return the lines of path data; what is closed ends where it starts.

    Examples
    --------
    >>> outlines("M1 1h2v1zM0 0L5 5")
    [[(1+1j), (3+1j), (3+2j), (1+1j)], [0j, (5+5j)]]
    """
    lines: list[list[Point]] = []
    for command, numbers in _commands(data):
        if command in "Mm" and lines:
            start = lines[-1][-1] if command == "m" else 0j
            lines.append([start + complex(*numbers)])
        elif command in "Mm":
            lines.append([complex(*numbers)])
        else:
            lines[-1] += _piece(command, numbers, lines[-1])
    return lines


def _commands(data: str) -> Iterator[tuple[str, list[float]]]:
    """Read commands with their numbers; numbers alone repeat the command."""
    tokens = _TOKEN.findall(data)
    place, command = 0, ""
    while place < len(tokens):
        if tokens[place].isalpha():
            command, place = tokens[place], place + 1
        count = _COUNTS.get(command.upper(), -1)
        given = tokens[place : place + count] if count >= 0 else []
        if len(given) != count or any(token.isalpha() for token in given):
            raise OptionError(f"{command!r} in the path {data[:40]!r} is not drawn")
        yield command, [float(token) for token in given]
        place += count


def _piece(command: str, numbers: list[float], line: list[Point]) -> list[Point]:
    """Return the points that a command adds to a line."""
    here = line[-1]
    origin = here if command.islower() else 0j
    match command.upper():
        case "Z":
            return [line[0]]
        case "H":
            return [complex(numbers[0] + origin.real, here.imag)]
        case "V":
            return [complex(here.real, numbers[0] + origin.imag)]
        case "L":
            return [origin + complex(*numbers)]
        case "C":
            pairs = zip(numbers[::2], numbers[1::2], strict=True)
            return _curve(here, *(origin + complex(*pair) for pair in pairs))
        case _:
            radius, flags = numbers[0], (numbers[3] > 0, numbers[4] > 0)
            return _arc(here, origin + complex(*numbers[5:]), radius, *flags)


def _curve(a: Point, b: Point, c: Point, d: Point) -> list[Point]:
    """Return points of a cubic Bezier curve."""
    steps = [k / _STEPS for k in range(1, _STEPS + 1)]
    return [
        (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d
        for t in steps
    ]


def _arc(a: Point, b: Point, radius: float, large: bool, sweep: bool) -> list[Point]:
    """Return points of an arc of a circle."""
    half = (b - a) / 2
    radius = max(radius, abs(half))
    rise = math.sqrt(max(radius**2 - abs(half) ** 2, 0.0))
    side = 1 if large == sweep else -1
    center = (a + b) / 2 + side * rise * half / abs(half) * -1j
    start, angle = a - center, cmath.phase((b - center) / (a - center))
    if sweep and angle <= 0:
        angle += 2 * math.pi
    if not sweep and angle >= 0:
        angle -= 2 * math.pi
    turns = [cmath.exp(1j * angle * k / _STEPS) for k in range(1, _STEPS)]
    return [*(center + start * turn for turn in turns), b]
