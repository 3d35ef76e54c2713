"""The table of one workload, and what became of its targets."""

from __future__ import annotations

import statistics
from typing import Any

from benchmarks._harness import Times
from benchmarks.steps.contestant import Contestant
from benchmarks.steps.targets import Target

Row = dict[str, Any]


def rows(
    contestants: list[Contestant], times: dict[str, Times], threads: int
) -> list[Row]:
    """Return a row for each contestant: microseconds a step, and what it is."""
    found: list[Row] = []
    for c in contestants:
        each = times[c.name]
        clock = each.process if threads == 1 else each.wall
        found.append(
            {
                "name": c.name,
                "library": c.library,
                "gathers": c.gathers,
                "loops": c.loops,
                "rounded": c.rounded,
                "median": statistics.median(clock) * 1e6,
                "best": min(clock) * 1e6,
                "wall": statistics.median(each.wall) * 1e6,
            }
        )
    return found


def peers(table: list[Row], *, gathers: bool = False, **limits: Any) -> list[Row]:
    """Return the rows of other libraries that take their batches in the same way."""
    wanted: Row = {"rounded": False, **limits}
    return [
        row
        for row in table
        if row["library"] != "hubel"
        and row["gathers"] == gathers
        and all(row[key] == value for key, value in wanted.items())
    ]


def quickest(table: list[Row]) -> Row | None:
    """Return the row with the smallest median."""
    return min(table, key=lambda row: row["median"], default=None)


def show(title: str, table: list[Row], count: int, clock: str) -> None:
    """Print the table."""
    peer, torch = quickest(peers(table)), quickest(peers(table, library="torch"))
    print(f"\n{title}  (us a step, {clock} time, n = {count} rounds)")
    heads = ("median", "best", "wall", "/ peer", "/ torch")
    print(f"  {'':32}" + "".join(f"{head:>10}" for head in heads))
    for row in table:
        figures = "".join(f"{row[key]:10.2f}" for key in ("median", "best", "wall"))
        print(f"  {row['name']:32}{figures}{_over(row, peer)}{_over(row, torch)}")


def _over(row: Row, other: Row | None) -> str:
    return f"{row['median'] / other['median']:10.2f}" if other else " " * 10


def judge(table: list[Row], targets: tuple[Target, ...]) -> list[Row]:
    """Print and return what became of each target.

    hubel's loop gathers the examples of a batch. It is held against the peers that
    have them in place, and beside that against those that gather too.
    """
    found: list[Row] = []
    for target in targets:
        ours = [r for r in table if r["library"] == "hubel" and r["loops"]]
        own = quickest([r for r in ours if r["rounded"] == target.rounded])
        for gathers in (False, True):
            limits: Row = {"rounded": target.rounded, "gathers": gathers}
            if target.torch:
                limits["library"] = "torch"
            peer = quickest(peers(table, **limits))
            if own and peer and (own["gathers"] or not gathers):
                found.append(_verdict(target, own, peer))
    return found


def _verdict(target: Target, own: Row, peer: Row) -> Row:
    ratio, fastest = own["median"] / peer["median"], own["best"] / peer["best"]
    word = "met" if ratio <= target.at_most else "MISSED"
    print(
        f"  target of the {target.stage}: {own['name']} over {peer['name']}: "
        f"{ratio:.2f} (best rounds {fastest:.2f}) against at most "
        f"{target.at_most:.2f}: {word}"
    )
    return {
        "stage": target.stage,
        "hubel": own["name"],
        "peer": peer["name"],
        "ratio": ratio,
        "ratio of best": fastest,
        "at most": target.at_most,
        "met": ratio <= target.at_most,
    }
