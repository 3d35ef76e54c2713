"""The page of a diagnosis: a table of lines, and charts."""

from __future__ import annotations

from collections.abc import Sequence

from hubel.experiments.doctor._finding import Chart, Finding
from hubel.view import Markup, Section, Table, curves, report
from hubel.view._markup import element

_HEAD = ("verdict", "what", "number", "expected", "what to do")


def rows(findings: Sequence[Finding]) -> list[tuple[str, ...]]:
    """Write the lines as cells."""
    return [
        (f.verdict, f.name, f"{f.number:.3g}", f.expected, f.advice) for f in findings
    ]


def findings_table(findings: Sequence[Finding]) -> Markup:
    """Write a table of lines, for notebooks."""
    head = element("tr", *(element("th", name) for name in _HEAD))
    body = [element("tr", *(element("td", c) for c in row)) for row in rows(findings)]
    return element("table", element("thead", head), element("tbody", *body))


def page(
    net: str, findings: Sequence[Finding], charts: Sequence[Chart], summary: str
) -> Markup:
    """Write the whole page."""
    worst = ("fail", "warn", "pass")
    ordered = sorted(findings, key=lambda line: worst.index(line.verdict))
    # Where all is well there is nothing to do, and no column for it.
    width = len(_HEAD) if any(line.advice for line in findings) else len(_HEAD) - 1
    table = Table(_HEAD[:width], [row[:width] for row in rows(ordered)])
    parts = [Section("What was found", "", (), table)]
    for name in dict.fromkeys(chart.section for chart in charts):
        shown = [chart for chart in charts if chart.section == name]
        parts.append(Section(name, shown[0].prose, [_drawn(c) for c in shown]))
    counts = [(kind, str(sum(f.verdict == kind for f in findings))) for kind in worst]
    return report(
        "Is this net learning properly?",
        f"{net}: {summary}",
        parts,
        facts=counts,
        kind="hubel · doctor",
    )


def _drawn(chart: Chart) -> Markup:
    return curves(
        chart.lines,
        x_label=chart.x_label,
        title=chart.title,
        width=440,
        height=250,
    )
