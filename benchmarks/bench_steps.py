"""Is a whole training step below every peer's, on nets from 3-4-1 to 3072-512-256-10?

A step: forward, loss, backward, L2 on the weights, momentum. Every contestant starts
from equal parameters and must have moved them equally after three steps before
anything is timed. Batches are slices of a set larger than the caches, one after the
other; where a name says "gather", the rows of a batch come from all over the set, and
hubel's own loop always shuffles so.

On one thread the process keeps to one core and its own time is what counts; on two,
time by the clock. hubel's figures are its loops' own; its compiled steps, called from
Python, stand beside them. Targets: ``benchmarks/steps/targets.py``.

--peers        JAX and PyTorch too, where they are installed
--slow         torch.compile too: 20 s a workload, and it needs a C++ compiler
--only A,B     of W1-32 ... W5; W1 means all that start so
--threads N    2 for the table of two threads
--rounds N     turns of each contestant
--json FILE    write the figures
"""

from __future__ import annotations

import argparse
import importlib
import json
import platform
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks._harness import machine, take_turns
from benchmarks._process import settle, wait_until_idle
from benchmarks.steps import by_hubel, by_numpy, reference, report
from benchmarks.steps.contestant import Contestant
from benchmarks.steps.targets import ON_TWO_THREADS, TARGETS
from benchmarks.steps.workload import WORKLOADS, Workload

PACKAGES = ("numpy", "llvmlite", "jax", "torch")


def main() -> None:
    """Race on every workload that was asked for."""
    options = _options()
    settle(options.threads)
    machine()
    versions = {name: _version(name) for name in PACKAGES}
    print(", ".join(f"{k} {v or 'absent'}" for k, v in versions.items()), end="; ")
    print(f"threads: {options.threads}")
    found = [contest(work, options) for work in WORKLOADS if _wanted(work, options)]
    if options.json:
        whole: dict[str, Any] = {
            "machine": platform.platform(),
            "versions": versions,
            "threads": options.threads,
            "workloads": found,
        }
        Path(options.json).write_text(json.dumps(whole, indent=1) + "\n")


def contest(work: Workload, options: argparse.Namespace) -> dict[str, Any]:
    """Check every contestant, then let them take turns."""
    contestants = list(_contestants(work, options))
    truth = reference.train(work, 3)
    for contestant in contestants:
        check(work, contestant, truth)
        contestant.run(1)
    wait_until_idle()
    times = take_turns(
        {c.name: c.run for c in contestants}, rounds=options.rounds, target=0.04
    )
    alone = options.threads == 1
    table = report.rows(contestants, times, options.threads)
    report.show(work.title, table, options.rounds, "process" if alone else "wall")
    targets = (TARGETS if alone else ON_TWO_THREADS).get(work.name, ())
    verdicts = report.judge(table, targets)
    return {"workload": work.title, "rows": table, "targets": verdicts}


def check(work: Workload, contestant: Contestant, truth: list[Any]) -> None:
    """Refuse a contestant whose parameters after three steps are not the truth's."""
    params = contestant.after_three()
    far = reference.disagreement(work, params, truth)
    if contestant.rounded:
        ours, right = (reference.loss_of(work, p, 3) for p in (params, truth))
        assert abs(ours - right) <= 0.02 * right, f"{contestant.name}: {ours}, {right}"
        assert far <= 0.1, f"{contestant.name} is {far:.2g} of the way off"
        return
    allowed = 1e-9 if work.dtype == "float64" else 1e-4
    assert far <= allowed, f"{contestant.name} is {far:.2g} of the way off"


def _contestants(work: Workload, options: argparse.Namespace) -> Iterator[Contestant]:
    yield from by_hubel.contestants(work)
    yield from by_numpy.contestants(work)
    if not options.peers:
        return
    if by_jax := _peer("jax"):
        yield from by_jax.contestants(work)
    if by_torch := _peer("torch"):
        yield from by_torch.contestants(
            work, threads=options.threads, slow=options.slow
        )


def _peer(name: str) -> Any:
    """Return the module of a peer's contestants; None, said once, without the peer."""
    if _version(name):
        return importlib.import_module(f"benchmarks.steps.by_{name}")
    if name not in _MISSED:
        print(f"{name} is not installed and left out")
        _MISSED.add(name)
    return None


_MISSED: set[str] = set()


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _wanted(work: Workload, options: argparse.Namespace) -> bool:
    names = options.only.split(",") if options.only else [work.name]
    return any(work.name == name or work.name.startswith(f"{name}-") for name in names)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--slow", action="store_true")
    parser.add_argument("--only")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json")
    return parser.parse_args()


if __name__ == "__main__":
    main()
