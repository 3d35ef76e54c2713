"""What a check says: one line with a verdict, or a chart for the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["pass", "warn", "fail"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One line of a diagnosis.

    Attributes
    ----------
    name : str
        What was looked at, such as ``"initial loss"``.
    verdict : {"pass", "warn", "fail"}
    number : float
        What was measured; NaN where nothing could be.
    expected : str
        What it should be, in words.
    advice : str
        What to do about it; empty where it passes.
    """

    name: str
    verdict: Verdict
    number: float
    expected: str
    advice: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """Lines to be drawn on the page of a diagnosis.

    Attributes
    ----------
    section, prose : str
        What it is part of on the page, and a sentence about that.
    title, x_label : str
    lines : mapping of str to (x, y)
        Up to six, by name.
    """

    section: str
    prose: str
    title: str
    x_label: str
    lines: Mapping[str, tuple[list[float], list[float]]]


Findings = Iterator[Finding | Chart]


def finding(
    name: str, number: float, verdict: Verdict, expected: str, advice: str
) -> Finding:
    """Write a line; what passes needs no advice."""
    return Finding(
        name=name,
        verdict=verdict,
        number=float(number),
        expected=expected,
        advice="" if verdict == "pass" else advice,
    )


def at_most(number: float, good: float, bearable: float) -> Verdict:
    """Judge a number that should be small; NaN is the worst."""
    if number <= good:
        return "pass"
    return "warn" if number <= bearable else "fail"


def within(
    number: float, good: tuple[float, float], bearable: tuple[float, float]
) -> Verdict:
    """Judge a number that should be neither small nor large; NaN is the worst.

    Examples
    --------
    >>> [within(x, (1, 10), (0.1, 100)) for x in (3, 0.5, 500, float("nan"))]
    ['pass', 'warn', 'fail', 'fail']
    """
    if good[0] <= number <= good[1]:
        return "pass"
    return "warn" if bearable[0] <= number <= bearable[1] else "fail"
