"""A graph as a table of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

HEADINGS = ("node", "gate", "inputs", "shape", "value", "gradient")


class Row(Protocol):
    """What a row of the table shows: a node with what the sweeps put on it."""

    name: Any
    gate: Any
    inputs: Any
    shape: Any
    value: Any
    gradient: Any


def table(nodes: Sequence[Row]) -> str:
    """Write one line per node, in columns."""
    rows: list[tuple[str, ...]] = [HEADINGS]
    for node in nodes:
        inputs = ", ".join(source.name for source in node.inputs)
        shape = "x".join(map(str, node.shape)) or "scalar"
        rows.append(
            (
                node.name,
                node.gate,
                inputs,
                shape,
                short(node.value),
                short(node.gradient),
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADINGS))]
    lines = [
        "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True))
        for row in rows
    ]
    return "\n".join(line.rstrip() for line in lines)


def short(value: Any) -> str:
    """Write a scalar, or the range of an array.

    Examples
    --------
    >>> short(-12.0), short(None)
    ('-12', '-')
    """
    if value is None:
        return "-"
    array = np.asarray(value)
    if array.ndim == 0:
        return f"{array.item():.6g}"
    if array.size == 0 or array.dtype.kind == "c":
        return "..."
    return f"{array.min():.4g} .. {array.max():.4g}"
