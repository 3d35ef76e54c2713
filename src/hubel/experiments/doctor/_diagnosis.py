"""A diagnosis: every line, as text, for notebooks, as JSON and as a page."""

from __future__ import annotations

import math
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hubel.experiments._atomic import write_whole
from hubel.experiments.doctor._finding import Chart, Finding, Verdict
from hubel.experiments.doctor._page import findings_table, page


@dataclass(frozen=True, eq=False, repr=False)
class Diagnosis:
    """What `diagnose` found.

    Attributes
    ----------
    net : str
        The net in words.
    findings : tuple of Finding
        A line for each thing that was looked at.
    charts : tuple of Chart
        The learning-rate range test, the outputs of the layers, a loss that falls.

    Examples
    --------
    >>> line = Finding(name="input", verdict="pass", number=1.0, expected="about 1")
    >>> print(Diagnosis("a net", (line,), ()))
    pass  input  1  expected: about 1
    1 pass, 0 warn, 0 fail
    """

    net: str
    findings: tuple[Finding, ...]
    charts: tuple[Chart, ...]

    @property
    def healthy(self) -> bool:
        """Whether no line says fail."""
        return not self.count("fail")

    def count(self, verdict: Verdict) -> int:
        """Count the lines with a verdict."""
        return sum(f.verdict == verdict for f in self.findings)

    def __getitem__(self, name: str) -> Finding:
        """Return the first line whose name begins so.

        Raises
        ------
        KeyError
            If there is none.
        """
        for line in self.findings:
            if line.name.startswith(name):
                return line
        raise KeyError(name)

    def summary(self) -> str:
        """Return the verdicts, counted."""
        kinds: tuple[Verdict, ...] = ("pass", "warn", "fail")
        return ", ".join(f"{self.count(kind)} {kind}" for kind in kinds)

    def __str__(self) -> str:
        return "\n".join([*map(written, self.findings), self.summary()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """Return the lines as a table, for notebooks."""
        return findings_table(self.findings)

    def as_json(self) -> dict[str, Any]:
        """Return this as what JSON can hold; a number that is not finite is None."""
        lines = [asdict(line) for line in self.findings]
        for line in lines:
            line["number"] = line["number"] if math.isfinite(line["number"]) else None
        return {"net": self.net, "healthy": self.healthy, "findings": lines}

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write a page with every line and chart, which needs nothing but itself.

        Raises
        ------
        RunError
            If the file cannot be written.
        """
        place = Path(path)
        write_whole(place, page(self.net, self.findings, self.charts, self.summary()))
        return place


def written(line: Finding) -> str:
    """Write a line, its advice below it."""
    said = f"{line.verdict}  {line.name}  {line.number:.4g}  expected: {line.expected}"
    return f"{said}\n      {line.advice}" if line.advice else said
