"""The threads that share the loops of native code with the thread that runs it.

They are Python's daemon threads, each of which stays in one call of native code, where
it holds no GIL. There is one pool in a process. A forked child has none of the threads
and works alone until `ready` is called in it.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import sys
import threading
import time
from functools import cache
from typing import Any

import numpy as np

from hubel.compiler import threads
from hubel.compiler.llvm import jit
from hubel.compiler.llvm.pool_text import FUTEX, STATE_BYTES, pool_text
from hubel.compiler.llvm.target import host

PARALLEL = """\
define internal void @hubel.parallel(ptr %work, i64 %count, i64 %grain, ptr %scratch) {
  %share = load ptr, ptr @hubel.pool.share
  %none = icmp eq ptr %share, null
  br i1 %none, label %alone, label %together
alone:
  call void %work(i64 0, i64 %count, ptr %scratch)
  ret void
together:
  call void %share(ptr %work, i64 %count, i64 %grain, ptr %scratch)
  ret void
}

@hubel.pool.share = external global ptr
"""
"""What modules hold that share work: a function ``(i64 begin, i64 end, ptr scratch)``,
how many items it has, the fewest of them that are worth a piece, and the caller's own
scratch memory. There is no pool as long as one thread is all that there may be."""

SCRATCH = 1 << 21
"""The bytes of scratch memory that each worker has."""

_LOOKOUT = 20e-6
"""For so many seconds a thread without work looks out for some before it sleeps."""

_LONG = "threads workers spins stop states jobs begun busy ticket".split()
_SHORT = "undone waits".split()
"""The words that Python reads or writes, of 64 and of 32 bits."""

_PATIENCE = 5.0
_MOST = 256
"""More threads than this do not get through their work faster anywhere."""


class Pool:
    """The workers of this process, and the words that they share with native code."""

    def __init__(self) -> None:
        self._loaded = jit.compile_module(pool_text(*_system()))
        # Threads may be in this code until the process ends, so that it never goes.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._loaded))
        states = np.zeros((threads.MOST + 1) * STATE_BYTES, np.uint8)
        self._states = states
        self._scratch: list[Any] = []
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._words = {name: self._find(name, ctypes.c_int64) for name in _LONG}
        self._words |= {name: self._find(name, ctypes.c_int32) for name in _SHORT}
        self._words["threads"].value = ctypes.addressof(threads.word)
        self._words["states"].value = states.ctypes.data
        self._words["spins"].value = self._spins()
        self._rouse = self._function("rouse", ctypes.c_int64)
        self._worker = self._function("worker", ctypes.c_int64, ctypes.c_void_p)
        _share.value = self._loaded.address("hubel.parallel")

    @property
    def jobs(self) -> int:
        """How many loops were shared so far."""
        return self._words["jobs"].value

    @property
    def helped(self) -> int:
        """How many pieces of loops were done by other threads than the caller's."""
        return self._words["begun"].value

    @property
    def workers(self) -> int:
        """How many threads there are beside the caller's."""
        return self._words["workers"].value

    def grow(self, count: int) -> None:
        """See that there are threads for so many, the caller's among them."""
        with self._lock:
            if self._words["stop"].value:
                return
            for number in range(len(self._threads) + 1, min(count, _MOST)):
                try:
                    self._start(number)
                except RuntimeError:  # the system has no more: those there are will do
                    return

    def close(self) -> None:
        """Let the threads return, and wait for them: Python may then end."""
        with self._lock:
            self._words["workers"].value = 0
            self._words["stop"].value = 1
            end = time.monotonic() + _PATIENCE
            for thread in self._threads:
                while thread.is_alive() and time.monotonic() < end:
                    self._wake()
                    thread.join(0.01)

    def forget(self) -> None:
        """Start again in a forked child, which has none of the threads."""
        self._lock = threading.Lock()
        self._threads, self._scratch = [], []
        for name in ("workers", "busy", "ticket", "undone", "waits"):
            self._words[name].value = 0
        self._states[:] = 0

    def _start(self, number: int) -> None:
        space = np.empty(SCRATCH + 64, np.uint8)
        place = space.ctypes.data + -space.ctypes.data % 64
        thread = threading.Thread(
            target=self._worker,
            args=(number, place),
            name=f"hubel-loops-{number}",
            daemon=True,
        )
        thread.start()
        self._scratch.append(space)
        self._threads.append(thread)
        self._words["workers"].value = number

    def _wake(self) -> None:
        """Wake all, whatever for."""
        self._rouse(len(self._threads) + 1)

    def _spins(self) -> int:
        """Find how often a thread has to look for the time that it looks out."""
        turns, spin = 1000, self._function("spin", ctypes.c_int64)
        took: list[float] = []
        for _ in range(4):
            start = time.perf_counter()
            spin(turns)
            took.append(time.perf_counter() - start)
        return max(1, int(turns * _LOOKOUT / min(took)))

    def _find(self, name: str, kind: Any) -> Any:
        return kind.from_address(self._loaded.variable(f"hubel.pool.{name}"))

    def _function(self, name: str, *kinds: Any) -> Any:
        kind: Any = ctypes.CFUNCTYPE(ctypes.c_int64, *kinds)
        return kind(self._loaded.address(f"hubel.pool.{name}"))


_share = ctypes.c_void_p(None)
"""Where the pool's function starts, once there is a pool."""


def require() -> None:
    """See that modules can hold `PARALLEL`; make the pool if there are threads for it.

    Raises
    ------
    OptionError
        If the environment variable ``HUBEL_THREADS`` makes no sense.
    """
    jit.bind("hubel.pool.share", ctypes.addressof(_share))
    _watch()
    _grow(threads.loop_threads())


@cache
def _watch() -> None:
    """Hear of each number of threads that is set."""
    threads.tell(_grow)


def _grow(count: int) -> None:
    if count > 1:
        _pool().grow(count)


def ready() -> Pool:
    """Return the pool, with as many threads as are set.

    Raises
    ------
    NativeError
        If there is no native code here.
    OptionError
        If the environment variable ``HUBEL_THREADS`` makes no sense.
    """
    pool = _pool()
    pool.grow(threads.loop_threads())
    return pool


_making = threading.RLock()


def _pool() -> Pool:
    with _making:
        return _made()


@cache
def _made() -> Pool:
    pool = Pool()
    _watch()
    atexit.register(pool.close)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=pool.forget)
    return pool


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_making.acquire,
        after_in_parent=_making.release,
        after_in_child=_making.release,
    )


def _system() -> tuple[str, str]:
    """Return the architecture and what there is to sleep with, and bind it."""
    architecture = host().triple.partition("-")[0]
    if sys.platform == "win32":
        _bind("give", ctypes.windll.kernel32.SwitchToThread)
        _bind("sleeping", ctypes.windll.kernel32.Sleep)
        return architecture, "windows"
    process = ctypes.CDLL(None)
    _bind("give", process.sched_yield)
    if sys.platform == "linux" and architecture in FUTEX:
        _bind("syscall", process.syscall)
        return architecture, "futex"
    _bind("nanosleep", process.nanosleep)
    return architecture, "nanosleep"


def _bind(name: str, function: Any) -> None:
    """Let the pool's module call a function of the system."""
    address = ctypes.cast(function, ctypes.c_void_p).value
    jit.bind(f"hubel.pool.{name}", address or 0)
