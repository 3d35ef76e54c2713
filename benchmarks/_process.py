"""Give every library of this process the same threads, and time to settle down."""

from __future__ import annotations

import os
import sys
import time

_MARK = "BENCHMARK_THREADS"
_VARIABLES = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "HUBEL_THREADS",
)
_CHOICES_OF_KERNELS = (
    "OPENBLAS_CORETYPE",
    "OPENBLAS_L2_SIZE",
    "MKL_ENABLE_INSTRUCTIONS",
    "ONEDNN_MAX_CPU_ISA",
    "ATEN_CPU_CAPABILITY",
    "NPY_DISABLE_CPU_FEATURES",
)
"""What would hold a library to another CPU's kernels is taken away."""

_XLA_ALONE = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"


def settle(threads: int) -> None:
    """Start this program again with so many threads; with one, stay on one core.

    Libraries read their variables when they are loaded, which has happened by now.
    Each is then free to choose its kernels for this CPU.
    """
    if os.environ.get(_MARK) != str(threads):
        for name in _CHOICES_OF_KERNELS:
            os.environ.pop(name, None)
        os.environ.update(environment(threads))
        sys.stdout.flush()
        os.execv(sys.executable, sys.orig_argv)
    if threads == 1 and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def environment(threads: int) -> dict[str, str]:
    """Return the variables that say so to every library raced here."""
    found = dict.fromkeys(_VARIABLES, str(threads))
    found |= {_MARK: str(threads), "JAX_PLATFORMS": "cpu"}
    return found | ({"XLA_FLAGS": _XLA_ALONE} if threads == 1 else {})


def wait_until_idle(at_most: float = 120.0) -> None:
    """Sleep until this process takes no time: nothing compiles in the background."""
    end, quiet = time.perf_counter() + at_most, 0.1
    while time.perf_counter() < end:
        before = time.process_time()
        time.sleep(quiet)
        if time.process_time() - before < 0.02 * quiet:
            return
