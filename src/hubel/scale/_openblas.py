"""The thread pool of the OpenBLAS that NumPy already loaded, through ctypes.

NumPy's wheels bring an OpenBLAS of their own, whose functions carry a prefix and a
suffix; a distribution's NumPy uses the system's. Where NumPy stands on another BLAS,
such as Apple's Accelerate or MKL, nothing is found.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

_NAMES = (
    "scipy_openblas_{}_num_threads64_",
    "scipy_openblas_{}_num_threads",
    "openblas_{}_num_threads64_",
    "openblas_{}_num_threads",
)
"""How builds of OpenBLAS spell the two functions: wheels first, then systems."""


@dataclass(frozen=True)
class Pool:
    """How many threads the library uses: a function to ask and one to say."""

    get: Callable[[], int]
    set: Callable[[int], object]


@cache
def find_pool() -> Pool | None:
    """Return the pool that NumPy's matrix products run on, or None."""
    for path in _places():
        try:
            library = ctypes.CDLL(str(path))
        except OSError:
            continue
        for name in _NAMES:
            if hasattr(library, name.format("set")):
                return _pool(library, name)
    return None


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
