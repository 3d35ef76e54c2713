"""Native code called many times from native code, to time what takes nanoseconds."""

from __future__ import annotations

import ctypes
import threading
import time
from functools import cache

from hubel.compiler.llvm.jit import Loaded, compile_module

_TEXT = """
@hubel.piece = global ptr null
@hubel.times = global i64 0

define i64 @hubel.repeat() {
start:
  %piece = load ptr, ptr @hubel.piece
  %times = load i64, ptr @hubel.times
  br label %loop
loop:
  %i = phi i64 [ 0, %start ], [ %next, %loop ]
  %status = call i64 %piece()
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %times
  br i1 %more, label %loop, label %done
done:
  ret i64 %status
}
"""


class Repeater:
    """Calls a function ``i64 ()`` at an address as often as is said."""

    def __init__(self) -> None:
        loaded: Loaded = compile_module(_TEXT)
        self._piece = ctypes.c_void_p.from_address(loaded.variable("hubel.piece"))
        self._times = ctypes.c_int64.from_address(loaded.variable("hubel.times"))
        self._run = loaded.entry("hubel.repeat")
        self._lock = threading.Lock()

    def seconds(self, address: int, times: int) -> float:
        """Return how long so many calls take, at least one."""
        with self._lock:
            self._piece.value, self._times.value = address, times
            start = time.perf_counter()
            self._run()
            return time.perf_counter() - start


@cache
def repeater() -> Repeater:
    """Return the one of this process."""
    return Repeater()
