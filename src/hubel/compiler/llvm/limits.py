"""What this machine can do at most: measured once, then read from the cache on disk."""

from __future__ import annotations

import ctypes
import json
import math
import platform
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from hubel.compiler.llvm import binding, cache
from hubel.compiler.llvm.available import reason
from hubel.compiler.llvm.jit import Loaded, compile_module
from hubel.compiler.llvm.repeat import repeater
from hubel.compiler.llvm.target import host
from hubel.compiler.openblas import find_pool

SIZES = tuple(2**k for k in range(14, 27, 2))
"""Bytes of the arrays that are read and written, from the nearest cache to memory."""

DTYPES = ("float32", "float64")
_IR = {"float32": "float", "float64": "double"}
_CHAINS, _TURNS = 12, 4000
"""Independent sums, enough to hide how long each addition takes; and their lengths."""
_SIDE = 512
_ROUNDS = 7
_FORMAT = "limits 2"


@dataclass(frozen=True)
class Limits:
    """What a machine can do at most.

    Attributes
    ----------
    cpu : str
        The processor's name.
    threads : int
        How many threads matrix products may use; 1 if unknown.
    peak : dict of str to float
        Operations a second of one core in each float dtype.
    bandwidth : list of (int, float)
        Bytes a second of one core, for what reads and writes so many bytes again and
        again.
    """

    cpu: str
    threads: int
    peak: dict[str, float]
    bandwidth: list[tuple[int, float]]

    def at_most(self, dtype: str, *, product: bool = False) -> float:
        """Return the operations a second of a kernel, or of a product on all cores."""
        return self.peak[dtype] * (self.threads if product else 1)

    def moves(self, nbytes: float) -> float:
        """Return the bytes a second for what moves so many bytes.

        Examples
        --------
        >>> limits = Limits("", 1, {}, [(2**14, 8e10), (2**16, 4e10)])
        >>> limits.moves(2**15), limits.moves(2**30), limits.moves(10)
        (60000000000.0, 40000000000.0, 80000000000.0)
        """
        sizes = [math.log2(size) for size, _ in self.bandwidth]
        rates = [rate for _, rate in self.bandwidth]
        return float(np.interp(math.log2(max(nbytes, 1.0)), sizes, rates))


def limits() -> Limits:
    """Return the limits of this machine; the first time this takes half a second.

    They are kept beside the object files, see `hubel.compiler.llvm.cache`.
    """
    native = not reason()
    cpu, features = _processor(native)
    pool = find_pool()
    threads = pool.get() if pool else 1
    key = cache.key(_FORMAT, cpu, features, np.__version__, str(threads))
    kept = _read(key)
    if kept is not None:
        return kept
    measured = Limits(
        cpu,
        threads,
        {d: native_peak(d) if native else product_rate(d) for d in DTYPES},
        native_bandwidth() if native else numpy_bandwidth(),
    )
    cache.write(key, json.dumps(asdict(measured)).encode())
    return measured


def _processor(native: bool) -> tuple[str, str]:
    """Return the processor's name, and what native code may use of it."""
    if native:
        target = host()
        return target.cpu, f"{target.features} {binding.versions()}"
    return platform.processor() or platform.machine() or "unknown", "NumPy"


def _read(key: str) -> Limits | None:
    """Return what an earlier process measured; the file is ours and whole."""
    data = cache.read(key)
    if data is None:
        return None
    found: dict[str, Any] = json.loads(data)
    found["bandwidth"] = [(int(size), float(rate)) for size, rate in found["bandwidth"]]
    return Limits(**found)


def best(run: Callable[[], object]) -> float:
    """Return the least of some times that something takes, in seconds."""
    times: list[float] = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def product_rate(dtype: str) -> float:
    """Measure a matrix product that fits into the caches, on one core if we can."""
    left, right, out = np.ones((3, _SIDE, _SIDE), dtype)
    pool = find_pool()
    before = pool.get() if pool else 1
    try:
        if pool:
            pool.set(1)
        seconds = best(lambda: np.matmul(left, right, out=out))
    finally:
        if pool:
            pool.set(before)
    return 2.0 * _SIDE**3 / seconds


def numpy_bandwidth() -> list[tuple[int, float]]:
    """Measure additions of a number to arrays of several sizes, by NumPy."""
    found: list[tuple[int, float]] = []
    for size in SIZES:
        given, out = np.ones((2, size // 8), np.float32)
        times = max(1, 2**22 // size)

        def run(given: Any = given, out: Any = out, times: int = times) -> None:
            for _ in range(times):
                np.add(given, 1, out=out)

        found.append((size, times * size / best(run)))
    return found


def native_peak(dtype: str) -> float:
    """Measure multiply-adds on registers."""
    lanes = host().vector_bytes // np.dtype(dtype).itemsize
    address, loaded = _compiled(_peak_text(_IR[dtype], lanes), "hubel.peak")
    times = 20
    seconds = min(repeater().seconds(address, times) for _ in range(_ROUNDS))
    del loaded  # the code goes with it
    return 2.0 * _CHAINS * lanes * _TURNS * times / seconds


def native_bandwidth() -> list[tuple[int, float]]:
    """Measure additions of a number to arrays of several sizes."""
    address, loaded = _compiled(_COPY, "hubel.copy")
    control = (ctypes.c_int64 * 3).from_address(loaded.variable("hubel.arrays"))
    found: list[tuple[int, float]] = []
    for size in SIZES:
        given, out = np.ones((2, size // 8), np.float32)
        control[:] = [given.ctypes.data, out.ctypes.data, given.size]
        times = max(1, 2**23 // size)
        seconds = min(repeater().seconds(address, times) for _ in range(_ROUNDS))
        found.append((size, times * size / seconds))
    return found


def _compiled(text: str, name: str) -> tuple[int, Loaded]:
    """Return where a function is, and what keeps it there."""
    loaded = compile_module(text)
    return loaded.address(name), loaded


def _peak_text(kind: str, lanes: int) -> str:
    """Write independent chains of multiply-adds that stay between 0 and 1."""
    vector = f"<{lanes} x {kind}>"
    fma = f"@llvm.fmuladd.v{lanes}f{32 if kind == 'float' else 64}"
    return _PEAK.format(
        vector=vector,
        kind=kind,
        lanes=lanes,
        fma=fma,
        turns=_TURNS,
        starts=_each("%start{next} = fadd {vector} %start{k}, %y", vector, fma),
        phis=_each(
            "%a{k} = phi {vector} [ %start{next}, %begin ], [ %b{k}, %loop ]",
            vector,
            fma,
        ),
        steps=_each(
            "%b{k} = call {vector} {fma}({vector} %a{k}, {vector} %x, {vector} %y)",
            vector,
            fma,
        ),
        sums=_each("%s{next} = fadd {vector} %s{k}, %b{k}", vector, fma),
        last=_CHAINS,
    )


def _each(line: str, vector: str, fma: str) -> str:
    """Write a line for each chain."""
    lines = [
        line.format(k=k, next=k + 1, vector=vector, fma=fma) for k in range(_CHAINS)
    ]
    return "\n  ".join(lines)


_PEAK = """
declare {vector} {fma}({vector}, {vector}, {vector})
@hubel.numbers = global [2 x {kind}] [{kind} 0.5, {kind} 0.25]
@hubel.sum = global {vector} zeroinitializer

define i64 @hubel.peak() {{
begin:
  %start0 = load {vector}, ptr @hubel.sum
  %x0 = load volatile {kind}, ptr @hubel.numbers
  %y0 = load volatile {kind}, ptr getelementptr ({kind}, ptr @hubel.numbers, i64 1)
  %x1 = insertelement {vector} poison, {kind} %x0, i64 0
  %y1 = insertelement {vector} poison, {kind} %y0, i64 0
  %x = shufflevector {vector} %x1, {vector} poison, <{lanes} x i32> zeroinitializer
  %y = shufflevector {vector} %y1, {vector} poison, <{lanes} x i32> zeroinitializer
  {starts}
  br label %loop
loop:
  %i = phi i64 [ 0, %begin ], [ %next, %loop ]
  {phis}
  {steps}
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, {turns}
  br i1 %more, label %loop, label %done
done:
  %s0 = fadd {vector} %x, %y
  {sums}
  %zero = fsub {vector} %s{last}, %s{last}
  store {vector} %zero, ptr @hubel.sum
  ret i64 0
}}
"""


_COPY = """
@hubel.arrays = global [3 x i64] zeroinitializer

define i64 @hubel.copy() {
  %from = load ptr, ptr @hubel.arrays
  %to = load ptr, ptr getelementptr (i64, ptr @hubel.arrays, i64 1)
  %count = load i64, ptr getelementptr (i64, ptr @hubel.arrays, i64 2)
  call void @hubel.add(ptr %from, ptr %to, i64 %count)
  ret i64 0
}

define internal void @hubel.add(ptr noalias %from, ptr noalias %to, i64 %count) {
start:
  br label %loop
loop:
  %i = phi i64 [ 0, %start ], [ %next, %loop ]
  %source = getelementptr float, ptr %from, i64 %i
  %value = load float, ptr %source
  %more = fadd float %value, 1.0
  %place = getelementptr float, ptr %to, i64 %i
  store float %more, ptr %place
  %next = add i64 %i, 1
  %again = icmp slt i64 %next, %count
  br i1 %again, label %loop, label %done
done:
  ret void
}
"""
