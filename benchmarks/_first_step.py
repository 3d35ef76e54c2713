"""One contestant's first step in a process of its own; prints what it cost as JSON.

python -m benchmarks._first_step KIND WIDTH ...

The clocks start after NumPy is loaded and the data are made: once for what is
imported, once for what is built and run.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

from benchmarks._process import wait_until_idle
from benchmarks.steps.workload import Workload


def main(kind: str, widths: list[int]) -> None:
    """Import, take one step, wait until nothing compiles in the background."""
    sizes = tuple(widths)
    work = Workload(name="first", sizes=sizes, batch=200, rows=600, unrolled=1)
    _ = work.batches, work.start()
    imported = _clocks()
    make = _IMPORTS[kind]()
    started = _clocks()
    run = make(work)
    run(1)
    done = _clocks()
    wait_until_idle()
    found = {
        "import": _between(imported, started),
        "first step": _between(started, done),
        "until idle": _between(started, _clocks()),
    }
    print(json.dumps(found))


def _clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _between(first: tuple[float, float], last: tuple[float, float]) -> dict[str, float]:
    return {"wall": last[0] - first[0], "process": last[1] - first[1]}


def _import_numpy() -> Callable[[Workload], Callable[[int], int]]:
    from benchmarks.steps.by_numpy import InPlace

    return lambda work: InPlace(work, turns=False, gathers=False).run


def _import_hubel() -> Callable[[Workload], Callable[[int], int]]:
    from benchmarks.steps.by_hubel import first_step

    return lambda work: lambda steps: first_step(work)


def _import_jax() -> Callable[[Workload], Callable[[int], int]]:
    from benchmarks.steps.by_jax import Data, calls

    return lambda work: calls(work, Data(work), turns=True, gathers=False).run


def _import_torch() -> Callable[[Workload], Callable[[int], int]]:
    from benchmarks.steps.by_torch import eager

    return lambda work: eager(work, "fused").run


def _import_torch_compile() -> Callable[[Workload], Callable[[int], int]]:
    from benchmarks.steps.by_torch import compiled

    return lambda work: compiled(work).run


_IMPORTS = {
    "numpy": _import_numpy,
    "hubel": _import_hubel,
    "jax": _import_jax,
    "torch": _import_torch,
    "torch.compile": _import_torch_compile,
}

if __name__ == "__main__":
    main(sys.argv[1], list(map(int, sys.argv[2:])))
