"""Numbers as a reader wants them: a percentage, a duration, a count."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast


def percent(fraction: float) -> str:
    """Write a fraction as a percentage.

    Examples
    --------
    >>> percent(0.5463)
    '54.6 %'
    """
    return f"{100 * fraction:.1f} %" if math.isfinite(fraction) else "–"


def short(value: float) -> str:
    """Write a measured number with four digits.

    Examples
    --------
    >>> short(1.234567), short(float("nan")), short(0.0)
    ('1.235', 'not finite', '0')
    """
    if not math.isfinite(value):
        return "not finite"
    return f"{value:.4g}".replace("e-0", "e-").replace("e+0", "e")


def duration(seconds: float) -> str:
    """Write a duration in the two units that matter.

    Examples
    --------
    >>> duration(4.21), duration(91.4), duration(7300.0)
    ('4.2 s', '1 min 31 s', '2 h 1 min')
    """
    if not math.isfinite(seconds):
        return "–"
    whole = round(seconds)
    if seconds < 60:
        return f"{seconds:.1f} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600:,} h {whole % 3600 // 60} min"


def count(value: float) -> str:
    """Write a count with its thousands apart.

    Examples
    --------
    >>> count(51234.4)
    '51,234'
    """
    return f"{value:,.0f}" if math.isfinite(value) else "–"


def cell(name: str, value: object) -> str:
    """Write one entry of a table by the kind that its name tells.

    Examples
    --------
    >>> cell("test_accuracy", 0.5), cell("epoch", 3), cell("hidden", (100,))
    ('50.0 %', '3', '100')
    """
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return count(value) if name != "seed" else str(value)
    if isinstance(value, float):
        return percent(value) if name.endswith("accuracy") else short(value)
    if isinstance(value, (list, tuple)):
        items = cast("Sequence[object]", value)
        return ", ".join(cell("", item) for item in items) or "none"
    return str(value)


def column(name: str, values: Sequence[object]) -> list[str]:
    """Write a column of a table, its fractional numbers all with the same decimals.

    Examples
    --------
    >>> column("train_loss", [1.5, 1.25, None]), column("epoch", [1, 2])
    (['1.500', '1.250', '–'], ['1', '2'])
    """
    plain = [cell(name, value) for value in values]
    numbers = [abs(v) for v in values if isinstance(v, float) and math.isfinite(v)]
    largest = max(numbers, default=0.0)
    if name.endswith("accuracy") or not 1e-4 <= largest < 1e6:
        return plain
    decimals = max(0, 3 - math.floor(math.log10(largest)))
    return [
        f"{value:,.{decimals}f}"
        if isinstance(value, float) and math.isfinite(value)
        else written
        for value, written in zip(values, plain, strict=True)
    ]


def words(name: str) -> str:
    """Write a name of the program as words.

    Examples
    --------
    >>> words("learning_rate")
    'learning rate'
    """
    return name.replace("_", " ")
