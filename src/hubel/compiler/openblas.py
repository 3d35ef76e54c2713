"""The BLAS that NumPy already loaded, through ctypes: its products and its threads.

NumPy's wheels bring an OpenBLAS of their own, whose functions carry a prefix and a
suffix; a distribution's NumPy uses the system's. Where NumPy stands on another BLAS,
such as Apple's Accelerate or MKL, its threads cannot be set from here.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

_POOL = (
    "scipy_openblas_{}_num_threads64_",
    "scipy_openblas_{}_num_threads",
    "openblas_{}_num_threads64_",
    "openblas_{}_num_threads",
)
"""How builds of OpenBLAS spell the two functions: wheels first, then systems."""

_PRODUCT = (
    "scipy_cblas_{}gemm64_",
    "cblas_{}gemm64_",
    "cblas_{}gemm$NEWLAPACK$ILP64",
    "scipy_cblas_{}gemm",
    "cblas_{}gemm",
)
"""How libraries spell the matrix product of C: those with 64-bit integers first."""


@dataclass(frozen=True)
class Pool:
    """How many threads the library uses: a function to ask and one to say."""

    get: Callable[[], int]
    set: Callable[[int], object]


@dataclass(frozen=True)
class Symbol:
    """A function of a library: its address, and whether its integers have 64 bits."""

    name: str
    address: int
    wide: bool


@cache
def find_pool() -> Pool | None:
    """Return the pool that NumPy's matrix products run on, or None."""
    for library in _libraries():
        for name in _POOL:
            if hasattr(library, name.format("set")):
                return _pool(library, name)
    return None


class _Single:
    """Who wants one thread at the moment, and how many there were before."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = self._before = 0

    def enter(self, pool: Pool) -> None:
        """Leave one thread, for the first user."""
        with self._lock:
            if not self._users:
                self._before = pool.get()
                pool.set(1)
            self._users += 1

    def leave(self, pool: Pool) -> None:
        """Give the others back, after the last user."""
        with self._lock:
            self._users -= 1
            if not self._users:
                pool.set(self._before)


_single = _Single()


@contextmanager
def one_thread() -> Generator[None]:
    """Let one thread do products for a while, also where several ask for it."""
    pool = find_pool()
    if pool is None:
        yield
        return
    _single.enter(pool)
    try:
        yield
    finally:
        _single.leave(pool)


def find_products(letter: str) -> Iterator[Symbol]:
    """Give the functions that may be the matrix product of NumPy's own BLAS.

    Parameters
    ----------
    letter : str
        BLAS's own for the dtype: ``s`` for float32, ``d`` for float64.
    """
    for library in _libraries():
        for pattern in _PRODUCT:
            name = pattern.format(letter)
            if hasattr(library, name):
                address = ctypes.cast(library[name], ctypes.c_void_p).value
                yield Symbol(name, address or 0, _is_wide(name))


def _libraries() -> Iterator[ctypes.CDLL]:
    """Open what NumPy has already loaded."""
    for path in _places():
        try:
            yield ctypes.CDLL(str(path))
        except OSError:
            continue


def _places() -> Iterator[Path]:
    """Give the files in which to look, all of them already loaded by NumPy.

    A symbol that is asked of an extension module is also looked for in the libraries
    that it was linked with, except on Windows.
    """
    module = sys.modules.get("numpy._core._multiarray_umath")
    if module is not None and module.__file__:
        yield Path(module.__file__)
    package = Path(np.__file__).parent
    for folder in (package.with_name("numpy.libs"), package / ".dylibs"):
        yield from sorted(folder.glob("*openblas*"))


def _pool(library: ctypes.CDLL, name: str) -> Pool:
    """Declare the two functions, which take and give C integers."""
    get, set_ = (library[name.format(verb)] for verb in ("get", "set"))
    get.argtypes, get.restype = [], ctypes.c_int
    set_.argtypes, set_.restype = [ctypes.c_int], None
    return Pool(get, set_)


def _is_wide(name: str) -> bool:
    """Say whether the integers of a function have 64 bits.

    The suffix says so, by agreement; without one it is what NumPy was built with.
    """
    return "64_" in name or "ILP64" in name or _numpy_is_wide()


@cache
def _numpy_is_wide() -> bool:
    """Say whether NumPy was built for a BLAS with 64-bit integers and plain names."""
    config: Any = np.show_config(mode="dicts")
    blas: dict[str, Any] = config.get("Build Dependencies", {}).get("blas", {})
    text = f"{blas.get('name')} {blas.get('openblas configuration')}".lower()
    plain = "scipy" not in str(blas.get("name"))
    return plain and ("ilp64" in text or "use64bitint" in text)
