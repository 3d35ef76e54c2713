"""How long until the first step is done, and what do installing and importing cost?

Each first step is a process of its own, on one thread, of 3072-100-10 at batch 200,
after the interpreter and NumPy are loaded. hubel's is its training loop's, which runs
at once while a faster plan is compiled in the background: "until idle" includes that.
It runs with its cache of compiled code off, empty, and filled; Python's bytecode is
cached, as installing does, by a run of each that does not count.

Targets: first step 0.1 s; compiling the step of a 2-layer net 0.2 s of CPU and of a
20-layer net 0.5 s, tracing and the step included; import 0.05 s and 225 MB over NumPy.
Peers with ``--peers``: JAX, PyTorch, with ``--slow`` torch.compile too.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from benchmarks._harness import machine, verdict
from benchmarks._process import settle

WIDTHS = ("3072", "100", "10")
DEEP = ("3072", *["100"] * 19, "10")
TRIES = 3
Costs = dict[str, dict[str, float]]


def main() -> None:
    """Measure the first step, compiling, importing and installing."""
    settle(1)
    machine()
    names = ["hubel", *peers()]
    with tempfile.TemporaryDirectory() as folder:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = folder
        first = first_steps(names)
        verdict("seconds to the first step", first["first step"]["wall"], 0.1)
        compiling(names)
        footprint([name for name in names if name not in ("numpy", "torch.compile")])


def peers() -> list[str]:
    """Return the peers that were asked for and are installed."""
    found = ["numpy"]
    for name in ("jax", "torch") if "--peers" in sys.argv else ():
        if find_spec(name):
            found.append(name)
        else:
            print(f"{name} is not installed and left out")
    return found + ["torch.compile"] * ("torch" in found and "--slow" in sys.argv)


def first_steps(names: list[str]) -> Costs:
    """Print what the first step costs each; return hubel's costs, its cache off."""
    print(f"\nto the first step of {'-'.join(WIDTHS)}, batch 200  (median of {TRIES})")
    _head("import s", "step s", "step CPU s", "idle CPU s")
    found: Costs = {}
    for name in names:
        if name != "torch.compile":
            run(name, WIDTHS)
        tries = 1 if name == "torch.compile" else TRIES
        costs = median([run(name, WIDTHS) for _ in range(tries)])
        found = found or costs
        _row(f"{name}, no cache" if name == "hubel" else name, costs)
    with tempfile.TemporaryDirectory() as folder:
        _row("hubel, empty cache", run("hubel", WIDTHS, folder))
        again = [run("hubel", WIDTHS, folder) for _ in range(TRIES)]
        _row("hubel, filled cache", median(again))
    return found


def compiling(names: list[str]) -> None:
    """Print the CPU time of tracing, compiling and one step, for two depths."""
    for layers, widths, limit in ((2, WIDTHS, 0.2), (20, DEEP, 0.5)):
        print(
            f"\ntrace, compile and run one step, {layers} layers  (median of {TRIES})"
        )
        _head("import s", "step s", "step CPU s", "idle CPU s")
        for name in names:
            if name in ("hubel", "jax"):
                costs = median([run(name, widths) for _ in range(TRIES)])
                _row(name, costs)
                if name == "hubel":
                    idle = costs["until idle"]["process"]
        verdict(f"CPU seconds, {layers} layers", idle, limit)


def footprint(names: list[str]) -> None:
    """Print what installing and importing add to NumPy."""
    print(f"\nadded to NumPy  (median of {2 * TRIES + 1})")
    print(f"  {'':24}{'import s':>12}{'CPU s':>12}{'MB':>12}")
    costs: dict[str, tuple[float, float]] = {}
    for name in names:
        wall, process = import_seconds(name)
        costs[name] = wall, megabytes(name)
        print(f"  {name:24}{wall:12.3f}{process:12.3f}{costs[name][1]:12.0f}")
    verdict("seconds to import over NumPy", costs["hubel"][0], 0.05)
    verdict("MB over NumPy", costs["hubel"][1], 225)


def run(kind: str, widths: tuple[str, ...], cache: str = "off") -> Costs:
    """Return what the first step cost in a new process."""
    command = [sys.executable, "-m", "benchmarks._first_step", kind, *widths]
    environment = os.environ | {"HUBEL_CACHE": cache}
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env=environment
    )
    return json.loads(done.stdout)


def median(costs: list[Costs]) -> Costs:
    """Take the median of every figure."""
    return {
        key: {
            clock: statistics.median(each[key][clock] for each in costs)
            for clock in costs[0][key]
        }
        for key in costs[0]
    }


def import_seconds(name: str) -> tuple[float, float]:
    """Return the seconds by the clock and of CPU to import a package after NumPy."""
    code = (
        "import time, numpy; w, c = time.perf_counter(), time.process_time(); "
        f"import {name}; print(time.perf_counter() - w, time.process_time() - c)"
    )
    found: list[tuple[float, ...]] = []
    for _ in range(2 * TRIES + 1):
        done = subprocess.run(
            [sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, text=True
        )
        found.append(tuple(map(float, done.stdout.split())))
    walls, processes = zip(*found, strict=True)
    return statistics.median(walls), statistics.median(processes)


def megabytes(name: str) -> float:
    """Return the size of a package and of all it requires, NumPy's taken off."""
    names = required(name, set()) - required("numpy", set())
    return sum(map(size, names)) / 1e6


def required(name: str, known: set[str]) -> set[str]:
    """Add the names of a package and of what it requires, without its extras."""
    name = re.sub(r"[-_.]+", "-", name).lower()
    try:
        lines = metadata.requires(name) or []
    except metadata.PackageNotFoundError:  # for another platform
        return known
    if name not in known:
        known.add(name)
        for line in lines:
            if "extra ==" not in line:
                required(re.split(r"[^\w.-]", line, maxsplit=1)[0], known)
    return known


def size(name: str) -> int:
    """Return the bytes of a package's files; of an editable one, of its sources."""
    files = metadata.files(name) or []
    paths = [Path(str(file.locate())) for file in files]
    spec = find_spec(name) if name == "hubel" else None
    if spec and spec.origin:
        paths = list(Path(spec.origin).parent.rglob("*"))
    return sum(path.stat().st_size for path in paths if path.is_file())


def _head(*heads: str) -> None:
    print(f"  {'':24}" + "".join(f"{head:>12}" for head in heads))


def _row(name: str, costs: Costs) -> None:
    figures = (
        costs["import"]["wall"],
        costs["first step"]["wall"],
        costs["first step"]["process"],
        costs["until idle"]["process"],
    )
    print(f"  {name:24}" + "".join(f"{figure:12.3f}" for figure in figures))


if __name__ == "__main__":
    main()
