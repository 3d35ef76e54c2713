"""Are our own matrix products as fast as the libraries, and near the machine's peak?

The products of training steps: forward x W, dW = x' d, dx = d W', with ordinary
row-major operands, on one thread. Every answer is compared with NumPy's before
anything is timed. The peak is measured by a loop of nothing but multiplications.

--peers        PyTorch's products too (MKL or oneDNN), where it is installed
--dtype D      float32 (which is what is meant when it is left out), float64, or
               bfloat16: float32 that is rounded on the way, by PyTorch in each call too
--only A,B     of the sizes below, as 200x3072x100
--rounds N     turns of each contestant
"""

from __future__ import annotations

import argparse
import ctypes
import math

import numpy as np

from benchmarks._harness import Contestants, machine, repeating, take_turns
from benchmarks._process import settle
from hubel.compiler.llvm import jit, target
from hubel.compiler.llvm.gemm import Shape
from hubel.compiler.llvm.gemm.kind import BFLOAT16, Kind, memory_of
from hubel.compiler.llvm.gemm.machine import find_machine
from hubel.compiler.llvm.gemm.packs import declarations
from hubel.compiler.llvm.gemm.proposal import propose
from hubel.compiler.llvm.gemm.rounded import FACTORS
from hubel.compiler.llvm.gemm.vectors import multiply_add

SIZES = (
    (200, 3072, 100),
    (32, 3072, 100),
    (1024, 3072, 100),
    (128, 3072, 512),
    (128, 512, 256),
    (200, 3072, 10),
    (32, 3072, 10),
    (200, 100, 10),
    (512, 512, 512),
    (1024, 1024, 1024),
)
"""Batch, inputs and outputs of a layer."""

SHARES = {
    "float32": (0.88, 0.80, 0.88),
    "float64": (0.88, 0.80, 0.88),
    "bfloat16": (0.80, 0.76, 0.68),
}
"""Targets in shares of the peak; the second where the batch is 1024, the third for
ten classes."""

LEAST = 2**20
"""Operations of the smallest product that has a target."""

CHAINS = 24


def main() -> None:
    """Race on every product of every size."""
    options = _options()
    settle(1)
    machine()
    peak = measure_peak(options.dtype)
    print(f"peak of one core in {options.dtype}: {peak:.0f} GFLOP/s")
    names = ["own", "NumPy", "NumPy, transposed"] + ["torch"] * options.peers
    title = "".join(f"{each:>19}" for each in names)
    print(f"{'GFLOP/s: best (median)':28}{title}   share   own code")
    for size in SIZES:
        if not options.only or "x".join(map(str, size)) in options.only.split(","):
            for name, a, b in products(size, options.dtype):
                contest(name, a, b, peak, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--dtype", default="float32", choices=list(SHARES))
    parser.add_argument("--only", default="")
    parser.add_argument("--rounds", type=int, default=9)
    return parser.parse_args()


def products(size: tuple[int, int, int], dtype: str):
    """Give the three products of a layer: a name and the operands, views of memory."""
    batch, inputs, outputs = size
    rng = np.random.default_rng(0)
    dtype = memory_of(dtype)
    x = rng.normal(size=(batch, inputs)).astype(dtype)
    w = rng.normal(size=(inputs, outputs)).astype(dtype)
    d = rng.normal(size=(batch, outputs)).astype(dtype)
    name = f"{batch}x{inputs}x{outputs}"
    yield f"{name} x W", x, w
    yield f"{name} dW = x' d", x.T, d
    yield f"{name} dx = d W'", d, w.T


def contest(name: str, a, b, peak: float, options: argparse.Namespace) -> None:
    """Race on one product and print a line."""
    (m, k), n = a.shape, b.shape[1]
    contestants, own_name = _contestants(a, b, options)
    runners = {each: repeating(run) for each, run in contestants.items()}
    times = take_turns(runners, rounds=options.rounds, target=0.01)
    operations = 2e-9 * m * n * k
    line, share = f"{name:28}", 0.0
    for each, found in times.items():
        best = operations / min(found.process)
        middle = operations / sorted(found.process)[len(found.process) // 2]
        line += f"{best:11.0f} ({middle:5.0f})"
        share = best / peak if each == "own" else share
    usual, many_rows, few = SHARES[options.dtype]
    wanted = many_rows if 1024 in (m, k) else few if 10 in (m, n, k) else usual
    if 2 * m * n * k < LEAST:
        verdict = ""
    else:
        verdict = "met" if share >= wanted else "MISSED"
    print(f"{line}   {share:5.2f}   {own_name} {verdict}", flush=True)


def _contestants(a, b, options: argparse.Namespace) -> tuple[Contestants, str]:
    """Make the contestants; all of them have the same answer."""
    (m, k), n = a.shape, b.shape[1]
    turned = not a.flags.c_contiguous, not b.flags.c_contiguous
    left, right = a.T if turned[0] else a, b.T if turned[1] else b
    c, c_own, c_turned = (np.empty(s, a.dtype) for s in ((m, n), (m, n), (n, m)))
    rows = left.shape[1], right.shape[1], n
    shape = Shape(options.dtype, (m, n, k), rows, turned)
    here = find_machine(target.host())
    assert here is not None, "no products of our own for this processor"
    own = propose(shape, here)
    contestants: Contestants = {
        "own": own.caller([left, right, c_own]),
        "NumPy": lambda: np.matmul(a, b, out=c),
        "NumPy, transposed": lambda: np.matmul(b.T, a.T, out=c_turned),
    }
    for run in contestants.values():
        run()
    exact = a.astype(float) @ b.astype(float)
    rounds = options.dtype == BFLOAT16
    tolerance = 0.01 if rounds else np.finfo(a.dtype).eps * 4 * math.sqrt(k)
    for found in (c, c_own, c_turned.T):
        error = np.abs(found - exact).max() / np.abs(exact).max()
        assert error < tolerance, (shape, error)
    if options.peers:
        contestants["torch"] = run = _by_torch(a, b, rounds=rounds)
        error = np.abs(run().float().numpy() - exact).max() / np.abs(exact).max()
        assert error < max(tolerance, 0.01 * rounds), (shape, error)
    return contestants, own.symbol.removeprefix("hubel.gemm.")


def _by_torch(a, b, *, rounds: bool):
    """Return PyTorch's product; rounded as under its autocast, to a rounded result."""
    import torch

    torch.set_num_threads(1)
    first, second = torch.from_numpy(a), torch.from_numpy(b)
    kind = torch.bfloat16 if rounds else first.dtype
    out = torch.empty((len(a), b.shape[1]), dtype=kind)
    return lambda: torch.mm(first.to(kind), second.to(kind), out=out)


def measure_peak(dtype: str) -> float:
    """Return the GFLOP/s of a loop of multiply-adds that do not wait for each other."""
    here = find_machine(target.host())
    assert here is not None
    kind = Kind(dtype, here.vector_bytes)
    chains = CHAINS if kind.vector_bytes == 64 else CHAINS // 2
    run = jit.compile_module(_peak_text(kind, chains), level=0)
    function = ctypes.CFUNCTYPE(None, ctypes.c_int64)(run.address("peak"))
    turns = 200_000
    times = take_turns({"peak": repeating(lambda: function(turns))}, rounds=9)
    lanes = kind.lanes * kind.steps
    return 2e-9 * chains * lanes * turns / min(times["peak"].process)


def _peak_text(kind: Kind, chains: int) -> str:
    v = kind.vector
    f = FACTORS if kind.steps == 2 else v
    lines = [declarations(kind), f"@x = global [3 x {v}] zeroinitializer"]
    lines += ["define void @peak(i64 %n) {", "entry:"]
    lines += [f"  %{each}.f = load volatile {f}, ptr @x" for each in ("a", "b")]
    lines += ["  br label %l", "l:", "  %i = phi i64 [ %n, %entry ], [ %j, %l ]"]
    for c in range(chains):
        lines.append(f"  %s{c} = phi {v} [ zeroinitializer, %entry ], [ %t{c}, %l ]")
    for c in range(chains):
        lines.append(f"  %t{c} = {multiply_add(kind, '%a.f', '%b.f', f'%s{c}')}")
    lines += ["  %j = add i64 %i, -1", "  %more = icmp ne i64 %j, 0"]
    lines += ["  br i1 %more, label %l, label %done", "done:"]
    lines += [f"  store volatile {v} %t{c}, ptr @x" for c in range(chains)]
    return "\n".join([*lines, "  ret void", "}"])


if __name__ == "__main__":
    main()
